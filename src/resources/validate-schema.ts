// Refuses a JSON value that breaks a structural schema, with the path of each wrong field.
// Source: the validation keywords of apiextensions.k8s.io/v1 JSONSchemaProps.
import { isDeepStrictEqual } from "node:util";
import type { StructuralSchema } from "./kind.ts";
import { isJsonObject, joinPath, schemaAt, schemaMapAt } from "./structural-schema.ts";

export interface SchemaProblem {
  /** `spec.items[0].name`; "" is the value itself. */
  readonly field: string;
  readonly message: string;
}

/** Every violation, in document order; empty when the value is valid. */
export function validateBySchema(schema: StructuralSchema, value: unknown, path = ""): readonly SchemaProblem[] {
  if (value === null && schema["nullable"] === true) return [];
  const typeProblem = problemOfType(schema, value);
  if (typeProblem !== undefined) return [{ field: path, message: typeProblem }];
  return [
    ...problemsOfKeywords(schema, value).map((message) => ({ field: path, message })),
    ...problemsOfParts(schema, value, path),
    ...problemsOfCombinations(schema, value, path),
  ];
}

function problemOfType(schema: StructuralSchema, value: unknown): string | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return typeof value === "string" || Number.isInteger(value)
      ? undefined
      : `must be an integer or a string${got(value)}`;
  }
  const type = schema["type"];
  if (typeof type !== "string" || isOfType(type, value)) return undefined;
  return `must be of type ${type}${got(value)}`;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "object":
      return isJsonObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    default:
      return typeof value === type;
  }
}

/** Names the type, not the value: a value could be a secret. */
function got(value: unknown): string {
  if (value === null) return ", but is null";
  return `, but is ${Array.isArray(value) ? "array" : typeof value}`;
}

function problemsOfKeywords(schema: StructuralSchema, value: unknown): string[] {
  const problems: string[] = [];
  const allowed = schema["enum"];
  if (Array.isArray(allowed) && !allowed.some((candidate) => isDeepStrictEqual(candidate, value))) {
    problems.push(`must be one of ${allowed.map((candidate) => JSON.stringify(candidate)).join(", ")}`);
  }
  if (typeof value === "number") problems.push(...problemsOfNumber(schema, value));
  if (typeof value === "string") problems.push(...problemsOfText(schema, value));
  if (Array.isArray(value)) problems.push(...problemsOfArray(schema, value));
  if (isJsonObject(value)) problems.push(...problemsOfSize(schema, "Properties", Object.keys(value).length));
  return problems;
}

function problemsOfNumber(schema: StructuralSchema, value: number): string[] {
  const problems = problemsOfRange(schema, value);
  const multipleOf = schema["multipleOf"];
  if (typeof multipleOf === "number" && !Number.isInteger(value / multipleOf)) {
    problems.push(`must be a multiple of ${multipleOf}`);
  }
  if (schema["format"] === "int32" && !isInt32(value)) problems.push("must fit into 32 bits");
  return problems;
}

function problemsOfRange(schema: StructuralSchema, value: number): string[] {
  const problems: string[] = [];
  const { minimum, maximum } = schema;
  if (typeof minimum === "number") {
    if (schema["exclusiveMinimum"] === true && value <= minimum) problems.push(`must be greater than ${minimum}`);
    else if (value < minimum) problems.push(`must be at least ${minimum}`);
  }
  if (typeof maximum === "number") {
    if (schema["exclusiveMaximum"] === true && value >= maximum) problems.push(`must be less than ${maximum}`);
    else if (value > maximum) problems.push(`must be at most ${maximum}`);
  }
  return problems;
}

function isInt32(value: number): boolean {
  return value >= -(2 ** 31) && value < 2 ** 31;
}

function problemsOfText(schema: StructuralSchema, value: string): string[] {
  const problems = problemsOfSize(schema, "Length", Array.from(value).length);
  const pattern = schema["pattern"];
  if (typeof pattern === "string" && !new RegExp(pattern, "u").test(value)) {
    problems.push(`must match the pattern ${pattern}`);
  }
  if (schema["format"] === "date-time" && Number.isNaN(Date.parse(value))) {
    problems.push("must be a time in the form 2006-01-02T15:04:05Z");
  }
  return problems;
}

function problemsOfArray(schema: StructuralSchema, value: readonly unknown[]): string[] {
  const problems = problemsOfSize(schema, "Items", value.length);
  const isRepeated = (item: unknown, index: number): boolean =>
    value.slice(0, index).some((earlier) => isDeepStrictEqual(earlier, item));
  if (schema["uniqueItems"] === true && value.some(isRepeated)) problems.push("must not hold the same item twice");
  return problems;
}

function problemsOfSize(schema: StructuralSchema, unit: "Length" | "Items" | "Properties", size: number): string[] {
  const least = schema[`min${unit}`];
  const most = schema[`max${unit}`];
  const name = { Length: "characters", Items: "items", Properties: "fields" }[unit];
  if (typeof least === "number" && size < least) return [`must have at least ${least} ${name}, but has ${size}`];
  if (typeof most === "number" && size > most) return [`must have at most ${most} ${name}, but has ${size}`];
  return [];
}

function problemsOfParts(schema: StructuralSchema, value: unknown, path: string): SchemaProblem[] {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, "items");
    if (items === undefined) return [];
    return value.flatMap((item: unknown, index) => validateBySchema(items, item, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return [];
  const problems: SchemaProblem[] = [];
  const required = schema["required"];
  for (const name of Array.isArray(required) ? (required as string[]) : []) {
    if (!Object.hasOwn(value, name)) problems.push({ field: joinPath(path, name), message: "is required" });
  }
  const properties = schemaMapAt(schema, "properties");
  const additional = schemaAt(schema, "additionalProperties");
  for (const [name, field] of Object.entries(value)) {
    const fieldSchema = Object.hasOwn(properties, name) ? properties[name] : additional;
    if (fieldSchema !== undefined) problems.push(...validateBySchema(fieldSchema, field, joinPath(path, name)));
    else if (schema["additionalProperties"] === false) {
      problems.push({ field: joinPath(path, name), message: "is not a known field" });
    }
  }
  return problems;
}

function problemsOfCombinations(schema: StructuralSchema, value: unknown, path: string): SchemaProblem[] {
  const problems = schemasAt(schema, "allOf").flatMap((part) => validateBySchema(part, value, path));
  const validates = (part: StructuralSchema): boolean => validateBySchema(part, value, path).length === 0;
  const anyOf = schemasAt(schema, "anyOf");
  if (anyOf.length > 0 && !anyOf.some(validates)) {
    problems.push({ field: path, message: "must validate at least one schema of anyOf" });
  }
  const oneOf = schemasAt(schema, "oneOf");
  const matched = oneOf.filter(validates).length;
  if (oneOf.length > 0 && matched !== 1) {
    problems.push({ field: path, message: `must validate exactly one schema of oneOf, but validates ${matched}` });
  }
  const not = schemaAt(schema, "not");
  if (not !== undefined && validates(not))
    problems.push({ field: path, message: "must not validate the schema of not" });
  return problems;
}

function schemasAt(schema: StructuralSchema, keyword: string): readonly StructuralSchema[] {
  const found = schema[keyword];
  return Array.isArray(found) ? (found as readonly StructuralSchema[]) : [];
}
