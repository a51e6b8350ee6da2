// Turns a stored spec into the typed one: the edge where unknown fields, refused fields and wrong types are found, all of
// them at once, each with its path.
import type { WorkflowSpec } from "../../resources/workflow.ts";
import { anyString } from "./any-string.ts";
import type { Field, FieldShape } from "./field.ts";
import { SUPPORTED_FIELDS, type ObjectName } from "./supported-fields.ts";

export interface Problem {
  /** For example `templates.lint.container.volumeMounts` or `spec.volumes`. */
  readonly path: string;
  readonly message: string;
}

export type ParsedSpec =
  | { readonly isValid: true; readonly spec: WorkflowSpec }
  | { readonly isValid: false; readonly problems: readonly Problem[] };

/** Null counts as absent everywhere, as it does for Kubernetes. */
export function parseWorkflowSpec(value: unknown): ParsedSpec {
  const problems: Problem[] = [];
  const spec = readObject(value ?? {}, "workflowSpec", "spec", problems) as WorkflowSpec;
  if (problems.length === 0) problems.push(...otherMounts(spec));
  return problems.length === 0 ? { isValid: true, spec } : { isValid: false, problems };
}

/** Mounts of volumes that the template does not have: those would be files of the workflow or of another step. */
function otherMounts({ templates = [], templateDefaults }: WorkflowSpec): readonly Problem[] {
  return templates.flatMap(({ name = "", volumes = [], container, script }) => {
    const names = new Set([...volumes, ...(templateDefaults?.volumes ?? [])].map((volume) => volume.name));
    return Object.entries({ container, script }).flatMap(([type, entry]) => {
      const other = entry?.volumeMounts?.find((mount) => !names.has(mount.name));
      if (other === undefined) return [];
      const message = `is not supported: the template has no volume ${JSON.stringify(other.name)}`;
      return [{ path: `templates.${name}.${type}.volumeMounts`, message }];
    });
  });
}

/** One line per problem. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
}

function readObject(value: unknown, name: ObjectName, path: string, problems: Problem[]): unknown {
  if (!isRecord(value)) {
    problems.push({ path, message: `must be an object, not ${describe(value)}` });
    return undefined;
  }
  const fields: Readonly<Record<string, Field>> = SUPPORTED_FIELDS[name];
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const entryPath = join(path, key);
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (entry === null || field?.support === "noEffect") continue;
    if (field === undefined) {
      problems.push({ path: entryPath, message: "unknown field" });
    } else if (field.support === "refused") {
      if (!isEmpty(entry)) problems.push({ path: entryPath, message: `is not supported: ${field.reason}` });
    } else {
      const read = readValue(entry, field.shape, entryPath, problems);
      if (read !== undefined) result[key] = read;
    }
  }
  return result;
}

function readValue(value: unknown, shape: FieldShape, path: string, problems: Problem[]): unknown {
  if (typeof shape === "string") return readScalar(value, shape, path, problems);
  if ("ref" in shape) return readObject(value, shape.ref as ObjectName, path, problems);
  if ("list" in shape) {
    if (!Array.isArray(value)) return wrongType(value, "a list", path, problems);
    return value.map((item, index) => readItem(item, shape.list, itemPath(path, item, index), problems));
  }
  if (!isRecord(value)) return wrongType(value, "an object", path, problems);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, readItem(entry, shape.map, join(path, key), problems)]),
  );
}

/** Inside lists and maps an empty text is a value like any other. */
function readItem(value: unknown, shape: FieldShape, path: string, problems: Problem[]): unknown {
  return value === "" && shape === "string" ? "" : readValue(value, shape, path, problems);
}

function readScalar(value: unknown, shape: ScalarShape, path: string, problems: Problem[]): unknown {
  const { expected, accepts, read } = SCALARS[shape];
  return accepts(value) ? read(value) : wrongType(value, expected, path, problems);
}

type ScalarShape = Extract<FieldShape, string>;

interface Scalar {
  /** What a refusal asks for. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly read: (value: unknown) => unknown;
}

const asItIs = (value: unknown): unknown => value;
const textUnlessEmpty = (value: unknown): unknown => (value === "" ? undefined : anyString(value));
const isString = (value: unknown): boolean => typeof value === "string";

const SCALARS: Readonly<Record<ScalarShape, Scalar>> = {
  any: { expected: "anything", accepts: () => true, read: asItIs },
  anyString: { expected: "anything", accepts: () => true, read: anyString },
  boolean: { expected: "true or false", accepts: (value) => typeof value === "boolean", read: asItIs },
  integer: { expected: "an integer", accepts: Number.isSafeInteger, read: asItIs },
  integerOrString: {
    expected: "an integer or a string",
    accepts: (value) => isString(value) || Number.isSafeInteger(value),
    read: String,
  },
  string: { expected: "a string", accepts: isString, read: textUnlessEmpty },
  text: { expected: "a string", accepts: (value) => typeof value !== "object", read: textUnlessEmpty },
};

function wrongType(value: unknown, expected: string, path: string, problems: Problem[]): undefined {
  problems.push({ path, message: `must be ${expected}, not ${describe(value)}` });
}

/** Templates are named as Argo's validator names them: `templates.<name>`, without `spec.`. */
function itemPath(path: string, item: unknown, index: number): string {
  const name = isRecord(item) ? item["name"] : undefined;
  return path === "spec.templates" && typeof name === "string" ? `templates.${name}` : `${path}[${index}]`;
}

function join(path: string, key: string): string {
  return `${path}.${key}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Kubernetes drops empty lists and texts, so they ask for nothing. */
function isEmpty(value: unknown): boolean {
  return value === "" || value === false || (Array.isArray(value) && value.length === 0);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `${typeof value} ${JSON.stringify(value)}`;
}
