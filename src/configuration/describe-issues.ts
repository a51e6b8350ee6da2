// What is wrong with a file that an operator wrote, as its reader needs it: the path of the field, and what to write there.
import { z } from "zod";
import { closestName } from "../resources/closest-name.ts";

type Issue = z.core.$ZodIssue;

/** `path: what is wrong`, one text per wrong field. `whole` names the file where no field does. */
export function describeIssues(
  issues: readonly Issue[],
  { schema, whole }: { readonly schema: z.ZodType; readonly whole: string },
): readonly string[] {
  return issues.map((issue) => {
    const path = pathText(issue.path);
    return `${path === "" ? whole : path}: ${textOf(issue, fieldsAt(schema, issue.path))}`;
  });
}

/** As it is written: `agents[0].model`. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "");
}

function textOf(issue: Issue, known: readonly string[]): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownField(key, known)).join(", ");
    case "invalid_type": {
      const received = String(issue.message.split("received ").at(-1));
      if (received === "undefined") return `is missing; it must be ${article(issue.expected)}`;
      if (issue.expected === "int" && received !== "string") return `must be ${article("int")}`;
      return `must be ${article(issue.expected)}, not ${article(received)}`;
    }
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return tooSmall(issue);
    default:
      return issue.message;
  }
}

function unknownField(key: string, known: readonly string[]): string {
  const closest = closestName(key, known);
  const others = known.length === 0 ? "remove it" : `known are ${known.join(", ")}`;
  const advice = closest === undefined ? others : `did you mean "${closest}"?`;
  return `unknown field "${key}"; ${advice}`;
}

const WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a map",
  record: "a map",
  int: "a whole number",
  null: "empty",
  string: "a text",
};

function article(type: string): string {
  return WORDS[type] ?? `a ${type}`;
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (origin === "array") return `must have at least ${minimum === 1 ? "one entry" : `${minimum} entries`}`;
  if (origin === "string") return "must not be empty";
  return inclusive === false ? `must be more than ${minimum}` : `must be at least ${minimum}`;
}

/** The fields of the map at a path; none where it is no map of fixed fields. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let current: unknown = unwrapped(schema);
  for (const part of path) {
    if (current instanceof z.ZodObject) current = unwrapped((current.shape as Record<PropertyKey, unknown>)[part]);
    else if (current instanceof z.ZodArray) current = unwrapped(current.element);
    else if (current instanceof z.ZodRecord) current = unwrapped(current.valueType);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return unwrapped(schema.unwrap());
  return schema;
}
