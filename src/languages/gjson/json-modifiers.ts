// Whole JSON texts made pretty, compact or checked, as gjson's modifiers of these names do.
import { compareCodePoints } from "../go-json.ts";
import { utf8Length } from "../utf8.ts";
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
  /** Lists without objects that fit into this many columns stay on one line. */
  readonly width: number;
}

/** With a line per member, and a line break at the end. */
export function prettyJson(json: string, options: PrettyOptions): string {
  const root = parseGjson(json.trim());
  const { prefix } = options;
  return root.exists ? `${prefix}${pretty(root, options, { margin: prefix, column: prefix.length })}\n` : "";
}

interface Place {
  /** What the line begins with. */
  readonly margin: string;
  /** Bytes of the line before the value. */
  readonly column: number;
}

function pretty(value: GjsonResult, options: PrettyOptions, { margin, column }: Place): string {
  if (value.type !== "JSON") return value.raw;
  const members = [...membersOf(value)];
  const [open, close] = isObject(value) ? ["{", "}"] : ["[", "]"];
  if (members.length === 0) return open + close;
  const line = onOneLine(value);
  const room = options.width - column;
  if (line !== undefined && room > 3 && utf8Length(line) <= room) return line;
  if (options.sortKeys) members.sort((left, right) => compareCodePoints(left.key, right.key));
  const inner = margin + options.indent;
  const lines = members.map(({ key, value: member }, at) => {
    const start = inner + (key === "" ? "" : `${key}: `);
    // gjson counts the line break as a column, but not between the items of a list.
    const lineBreak = key === "" && at > 0 ? 0 : 1;
    return start + pretty(member, options, { margin: inner, column: lineBreak + utf8Length(start) });
  });
  return `${open}\n${lines.join(",\n")}\n${margin}${close}`;
}

/** Undefined where there is an object: a line holds none. */
function onOneLine(value: GjsonResult): string | undefined {
  if (isObject(value)) return undefined;
  if (value.type !== "JSON") return value.raw;
  const items = membersOf(value).map((member) => onOneLine(member.value));
  return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
}
