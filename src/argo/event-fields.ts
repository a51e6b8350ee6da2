// Reads the specs of EventSources and Sensors by a table of their fields: supported ones are checked, ones without an
// effect on one machine are dropped, and all others are refused with their path.
import { LanguageError } from "../languages/language-error.ts";

export type EventFieldShape =
  | "string"
  /** Also an integer, which becomes its text. */
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "any"
  | { readonly list: EventFieldShape }
  | { readonly map: EventFieldShape }
  | { readonly object: EventFields | (() => EventFields) };

export type EventField =
  | { readonly support: "supported"; readonly shape: EventFieldShape; readonly isRequired?: boolean }
  | { readonly support: "noEffect"; readonly reason: string }
  | { readonly support: "refused"; readonly reason: string };

export type EventFields = Readonly<Record<string, EventField>>;

export interface FieldProblem {
  /** `spec.triggers[0].template.http`. */
  readonly path: string;
  readonly message: string;
}

export function supported(shape: EventFieldShape): EventField {
  return { support: "supported", shape };
}

export function required(shape: EventFieldShape): EventField {
  return { support: "supported", shape, isRequired: true };
}

export function noEffect(reason: string): EventField {
  return { support: "noEffect", reason };
}

export function refused(reason: string): EventField {
  return { support: "refused", reason };
}

/** The value with only its supported fields; null counts as absent. Problems are added to the list. */
export function readFields(
  value: unknown,
  fields: EventFields,
  { path, problems }: { readonly path: string; readonly problems: FieldProblem[] },
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  if (!isPlainObject(value)) {
    problems.push({ path, message: `must be an object, is ${describe(value)}` });
    return result;
  }
  for (const [name, item] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const at = `${path}.${name}`;
    if (field?.support !== "supported") refuseField(field, { path: at, problems });
    else if (item !== null && item !== undefined) result[name] = readShape(item, field.shape, { path: at, problems });
  }
  const missing = Object.entries(fields).filter(([name, field]) => isRequired(field) && result[name] === undefined);
  problems.push(...missing.map(([name]) => ({ path: `${path}.${name}`, message: "is required" })));
  return result;
}

/** Adds the LanguageError of the action as a problem of the field. */
export function checkField(
  { path, problems }: { readonly path: string; readonly problems: FieldProblem[] },
  action: () => unknown,
): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    problems.push({ path, message: error.message });
  }
}

function refuseField(
  field: EventField | undefined,
  { path, problems }: { path: string; problems: FieldProblem[] },
): void {
  if (field === undefined) problems.push({ path, message: "is not a field that is known here" });
  else if (field.support === "refused") problems.push({ path, message: `is not supported: ${field.reason}` });
}

function isRequired(field: EventField): boolean {
  return field.support === "supported" && field.isRequired === true;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readShape(
  value: unknown,
  shape: EventFieldShape,
  at: { readonly path: string; readonly problems: FieldProblem[] },
): unknown {
  const { path, problems } = at;
  if (typeof shape === "string") {
    if (shape === "text" && typeof value === "number") return String(value);
    if (!isScalar(value, shape)) problems.push({ path, message: `must be ${article(shape)}, is ${describe(value)}` });
    return value;
  }
  if ("object" in shape) {
    return readFields(value, typeof shape.object === "function" ? shape.object() : shape.object, at);
  }
  if ("list" in shape) {
    if (!Array.isArray(value)) {
      problems.push({ path, message: `must be a list, is ${describe(value)}` });
      return [];
    }
    return value.map((item, index) => readShape(item, shape.list, { path: `${path}[${index}]`, problems }));
  }
  if (!isPlainObject(value)) {
    problems.push({ path, message: `must be an object, is ${describe(value)}` });
    return {};
  }
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    readShape(item, shape.map, { path: `${path}.${name}`, problems }),
  ]);
  return Object.fromEntries(entries) as unknown;
}

function isScalar(value: unknown, shape: "string" | "text" | "integer" | "number" | "boolean" | "any"): boolean {
  switch (shape) {
    case "any":
      return true;
    case "integer":
      return Number.isSafeInteger(value);
    case "string":
    case "text":
      return typeof value === "string";
    case "number":
    case "boolean":
    default:
      return typeof value === shape;
  }
}

function article(shape: string): string {
  const noun = shape === "text" ? "string or integer" : shape;
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

const SHOWN_LENGTH_MAX = 60;

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}
