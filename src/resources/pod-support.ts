// Which fields of a pod mean something on one machine. Anything else is refused with its path when the pod is started:
// a field that is quietly ignored is a promise broken. Manifests come from outside, so every value is looked at as JSON.
import { parseQuantity } from "./quantity.ts";

export interface FieldRefusal {
  /** `spec.containers[0].lifecycle`. */
  readonly field: string;
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;
type Check = (value: unknown, path: string) => readonly FieldRefusal[];

/** Every field that cannot be honoured, in the order of the manifest. `path` is where the spec stands, as `spec`. */
export function unsupportedPodFields(spec: unknown, path: string): readonly FieldRefusal[] {
  return checkPodSpec(spec, path);
}

const accepted: Check = () => [];
const MUST_BE_OBJECT = "must be an object";
const NOT_SUPPORTED = "is not supported on one machine; remove it";

const checkPodSpec = fields({
  serviceAccountName: accepted,
  serviceAccount: accepted,
  automountServiceAccountToken: accepted,
  restartPolicy: oneOf("Never"),
  activeDeadlineSeconds: accepted,
  terminationGracePeriodSeconds: accepted,
  nodeName: accepted,
  enableServiceLinks: accepted,
  initContainers: each(checkContainer),
  containers: each(checkContainer),
  volumes: each(checkVolume),
  securityContext: checkSecurityContext,
  dnsPolicy: accepted,
  schedulerName: oneOf("default-scheduler"),
});

const checkContainerFields = fields({
  name: accepted,
  image: accepted,
  imagePullPolicy: accepted,
  command: accepted,
  args: accepted,
  workingDir: absolutePath,
  env: each(
    fields({
      name: accepted,
      value: accepted,
      valueFrom: fields({ fieldRef: fields({ apiVersion: oneOf("v1"), fieldPath: checkFieldPath }) }),
    }),
  ),
  resources: fields({ requests: accepted, limits: checkLimits }),
  volumeMounts: each(fields({ name: accepted, mountPath: mountPath, readOnly: accepted, subPath: relativePath })),
  securityContext: checkSecurityContext,
  terminationMessagePath: absolutePath,
  terminationMessagePolicy: oneOf("File"),
});

function checkContainer(value: unknown, path: string): readonly FieldRefusal[] {
  if (!isObject(value)) return checkContainerFields(value, path);
  const { command } = value;
  const message = "is required on one machine, where no image says what to run";
  return [
    ...(Array.isArray(command) && command.length > 0 ? [] : [{ field: `${path}.command`, message }]),
    ...checkContainerFields(value, path),
  ];
}

const items = each(fields({ key: accepted, path: relativePath }));
const namedSource = fields({ name: accepted, items, optional: accepted });
const checkVolumeFields = fields({
  name: volumeName,
  emptyDir: fields({ sizeLimit: accepted, medium: accepted }),
  configMap: fields({ name: accepted, items, optional: accepted, defaultMode: accepted }),
  projected: fields({
    defaultMode: accepted,
    sources: each(
      fields({
        serviceAccountToken: fields({ audience: accepted, expirationSeconds: accepted, path: relativePath }),
        configMap: namedSource,
        secret: namedSource,
      }),
    ),
  }),
});

function checkVolume(value: unknown, path: string): readonly FieldRefusal[] {
  const found = checkVolumeFields(value, path);
  const kinds = ["emptyDir", "configMap", "projected"].filter((kind) => isObject(value) && kind in value);
  if (kinds.length === 1 || found.length > 0) return found;
  return [{ field: path, message: "must be exactly one of emptyDir, configMap, projected" }];
}

/** Sandboxes give no privilege at all, so every restriction holds; only what asks for more is refused. */
function checkSecurityContext(value: unknown, path: string): readonly FieldRefusal[] {
  if (!isObject(value)) return [{ field: path, message: MUST_BE_OBJECT }];
  const message = "asks for privileges that no container gets on one machine";
  const asked = ["privileged", "allowPrivilegeEscalation"].filter((name) => value[name] === true);
  const capabilities = isObject(value["capabilities"]) ? value["capabilities"]["add"] : undefined;
  const isAdding = Array.isArray(capabilities) && capabilities.length > 0;
  const refused = [...asked, ...(isAdding ? ["capabilities.add"] : [])];
  const known = fields({
    privileged: accepted,
    allowPrivilegeEscalation: accepted,
    capabilities: accepted,
    runAsNonRoot: accepted,
    runAsUser: accepted,
    runAsGroup: accepted,
    fsGroup: accepted,
    fsGroupChangePolicy: accepted,
    supplementalGroups: accepted,
    readOnlyRootFilesystem: accepted,
    seccompProfile: accepted,
  });
  return [...refused.map((name) => ({ field: `${path}.${name}`, message })), ...known(value, path)];
}

function checkLimits(value: unknown, path: string): readonly FieldRefusal[] {
  if (!isObject(value)) return [{ field: path, message: MUST_BE_OBJECT }];
  return Object.entries(value).flatMap(([name, quantity]) => {
    if (!["memory", "cpu", "ephemeral-storage"].includes(name))
      return [{ field: `${path}.${name}`, message: NOT_SUPPORTED }];
    const number = parseQuantity(String(quantity));
    const message = `must be a positive quantity such as 500m or 4Gi, not ${JSON.stringify(quantity)}`;
    return number !== undefined && number > 0 ? [] : [{ field: `${path}.${name}`, message }];
  });
}

const FIELD_PATHS =
  /^(metadata\.(name|namespace|uid)|metadata\.(labels|annotations)\['[^']+'\]|spec\.(nodeName|serviceAccountName)|status\.(podIP|hostIP))$/;

function checkFieldPath(value: unknown, path: string): readonly FieldRefusal[] {
  return FIELD_PATHS.test(String(value)) ? [] : [{ field: path, message: `${String(value)} ${NOT_SUPPORTED}` }];
}

function absolutePath(value: unknown, path: string): readonly FieldRefusal[] {
  const text = String(value);
  const isFine = text.startsWith("/") && !text.split("/").includes("..");
  return isFine ? [] : [{ field: path, message: `must be an absolute path without "..", not ${text}` }];
}

/** Places of the sandbox itself cannot be covered. */
function mountPath(value: unknown, path: string): readonly FieldRefusal[] {
  const text = String(value).replace(/\/+$/, "");
  const reserved = [
    "",
    "/proc",
    "/dev",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/etc",
    "/run/runyard",
    "/opt/runyard",
  ];
  const isReserved = reserved.some((place) => text === place || (place !== "" && text.startsWith(`${place}/`)));
  if (!isReserved || /^\/etc\/./.test(text)) return absolutePath(value, path);
  return [{ field: path, message: `${String(value)} belongs to the sandbox; mount the volume elsewhere` }];
}

function relativePath(value: unknown, path: string): readonly FieldRefusal[] {
  const text = String(value);
  const isFine = text !== "" && !text.startsWith("/") && !text.split("/").includes("..");
  return isFine ? [] : [{ field: path, message: `must be a path below the volume without "..", not ${text}` }];
}

function volumeName(value: unknown, path: string): readonly FieldRefusal[] {
  const isFine = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(String(value));
  return isFine ? [] : [{ field: path, message: `must be a DNS label, not ${JSON.stringify(value)}` }];
}

function oneOf(...allowed: readonly string[]): Check {
  return (value, path) =>
    allowed.includes(String(value)) ? [] : [{ field: path, message: `must be ${allowed.join(" or ")} on one machine` }];
}

function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (!isObject(value)) return [{ field: path, message: MUST_BE_OBJECT }];
    return Object.entries(value).flatMap(([name, field]) => {
      if (field === undefined || field === null) return [];
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      return check?.(field, `${path}.${name}`) ?? [{ field: `${path}.${name}`, message: NOT_SUPPORTED }];
    });
  };
}

function each(check: Check): Check {
  return (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => check(item, `${path}[${String(index)}]`))
      : [{ field: path, message: "must be a list" }];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
