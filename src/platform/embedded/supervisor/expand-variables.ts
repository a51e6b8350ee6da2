// `$(NAME)` in commands, arguments and values of variables, and the fields of the pod that a variable may name.
// Source of the rules: Kubernetes, "Define Dependent Environment Variables".
import type { Container, EnvironmentVariable, Pod } from "../../../resources/pod.ts";

/** Replaces known `$(NAME)`; `$$(NAME)` is a literal `$(NAME)`; what is not known stays as it stands. */
export function expandVariables(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, escaped: string, name: string | undefined) => {
    if (escaped === "$") return "$";
    return name !== undefined && Object.hasOwn(values, name) ? (values[name] ?? whole) : whole;
  });
}

/** The variables of a container on top of `base`, in order: a later one may use an earlier one. */
export function buildEnvironment(
  pod: Pod,
  container: Container,
  base: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = { ...base };
  for (const variable of container.env ?? []) values[variable.name] = valueOf(pod, variable, values);
  return values;
}

function valueOf(pod: Pod, variable: EnvironmentVariable, values: Readonly<Record<string, string>>): string {
  const path = variable.valueFrom?.fieldRef.fieldPath;
  return path === undefined ? expandVariables(variable.value ?? "", values) : readPodField(pod, path);
}

function readPodField(pod: Pod, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed !== null) {
    const map = keyed[1] === "labels" ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[keyed[2] ?? ""] ?? "";
  }
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": pod.metadata.name,
    "metadata.namespace": pod.metadata.namespace,
    "metadata.uid": pod.metadata.uid,
    "spec.nodeName": pod.spec.nodeName,
    "spec.serviceAccountName": pod.spec.serviceAccountName ?? "default",
    "status.podIP": "127.0.0.1",
    "status.hostIP": "127.0.0.1",
  };
  return fields[path] ?? "";
}
