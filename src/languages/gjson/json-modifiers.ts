// Whole JSON texts made pretty, compact or checked, as gjson's modifiers of these names do.
import { compareCodePoints } from "../go-json.ts";
import { isObject, membersOf, parseGjson, type GjsonResult } from "./gjson-result.ts";

export function isValidJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** Without white space between the parts. */
export function compactJson(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*"?)|\s+/gs, (_, text?: string) => text ?? "");
}

export interface PrettyOptions {
  readonly indent: string;
  readonly prefix: string;
  readonly sortKeys: boolean;
  /** Lists of scalars that fit into this many columns stay on one line. */
  readonly width: number;
}

/** With a line per member, and a line break at the end. */
export function prettyJson(json: string, options: PrettyOptions): string {
  const root = parseGjson(json.trim());
  return root.exists ? `${options.prefix}${pretty(root, options, options.prefix)}\n` : "";
}

function pretty(value: GjsonResult, options: PrettyOptions, margin: string): string {
  if (value.type !== "JSON") return value.raw;
  const members = [...membersOf(value)];
  const [open, close] = isObject(value) ? ["{", "}"] : ["[", "]"];
  if (members.length === 0) return open + close;
  if (!isObject(value) && members.every((member) => member.value.type !== "JSON")) {
    const line = `[${members.map((member) => member.value.raw).join(", ")}]`;
    if (margin.length + line.length <= options.width) return line;
  }
  if (options.sortKeys) members.sort((left, right) => compareCodePoints(left.key, right.key));
  const inner = margin + options.indent;
  const lines = members.map(
    ({ key, value: member }) => `${inner}${key === "" ? "" : `${key}: `}${pretty(member, options, inner)}`,
  );
  return `${open}\n${lines.join(",\n")}\n${margin}${close}`;
}
