// What the engine on one machine would refuse in a manifest, said before anything is stored. A cluster's Argo may do more,
// so there nothing is refused here.
import { parseEventSource } from "../argo/event-source/parse-event-source.ts";
import { parseSensor } from "../argo/sensor/parse-sensor.ts";
import { parseWorkflowSpec } from "../argo/workflow/parse-spec.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { CliError } from "./cli-error.ts";
import { EXIT_CODES } from "./exit-code.ts";
import type { Manifest } from "./manifests.ts";

type Check = (spec: unknown) => readonly { readonly path: string; readonly message: string }[];

const problemsOf =
  (parse: (spec: unknown) => { readonly isValid: true } | { readonly isValid: false; problems: ReturnType<Check> }) =>
  (spec: unknown): ReturnType<Check> => {
    const parsed = parse(spec);
    return parsed.isValid ? [] : parsed.problems;
  };

const CHECKS: Readonly<Record<string, Check>> = {
  Workflow: problemsOf(parseWorkflowSpec),
  WorkflowTemplate: problemsOf(parseWorkflowSpec),
  Sensor: problemsOf(parseSensor),
  EventSource: problemsOf(parseEventSource),
};

export function isChecked({ kind }: Manifest): boolean {
  return CHECKS[kind.kind] !== undefined;
}

/** Throws for the first manifest that the engine does not run, with every field that is in the way. */
export function refuseUnsupported({ place, kind, key, object }: Manifest): void {
  const { spec } = object as KubernetesObject & { readonly spec?: unknown };
  const problems = CHECKS[kind.kind]?.(spec) ?? [];
  if (problems.length === 0) return;
  throw new CliError({
    exitCode: EXIT_CODES.refused,
    happened: `${place}: ${kind.singular}/${key.name}: ${problems.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
    means: "the engine on one machine cannot run this; nothing was sent to the server",
    toDo: "change these fields; docs/reference/workflow-support.md lists what is supported",
  });
}
