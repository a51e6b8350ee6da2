// Loop items: what a JSON list of withItems or withParam becomes, as child names and as the variables of each child.
// Items keep the JSON text they were written with (`1.0`, `1e3`, escapes), so that text is read here, not values.
import { compareCodePoints } from "../../languages/go-json.ts";
import { LanguageError } from "../../languages/language-error.ts";

export interface LoopItem {
  /** What stands in the child's name after the index. */
  readonly description: string;
  /** `item`, and `item.<key>` for objects. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Items of a JSON list. LanguageError with Argo's words when the text is not one. */
export function parseLoopItems(text: string): readonly LoopItem[] {
  const parts = splitJsonList(text);
  return parts.map(readItem);
}

/** Items of a literal `withItems` list. */
export function loopItemsOf(values: readonly unknown[]): readonly LoopItem[] {
  return values.map((value) => readItem(JSON.stringify(value)));
}

/** A text item, as `withSequence` makes them; `json` is its JSON text. */
export function textItem(json: string): LoopItem {
  return readItem(json);
}

/** The name of a loop child: parentheses never stand inside the description. */
export function loopChildName(name: string, index: number, item: LoopItem): string {
  return `${name}(${index}:${item.description.replaceAll(/[()]/g, "")})`;
}

/** The index that a loop child's name carries. */
export function loopIndexOf(nodeName: string): number {
  return Number(nodeName.slice(nodeName.lastIndexOf("(") + 1).split(":", 1)[0]);
}

function readItem(raw: string): LoopItem {
  const value: unknown = JSON.parse(raw);
  const text = compactJson(raw);
  if (value === null) return { description: "[]", variables: { item: "null" } };
  if (typeof value === "string") return { description: withoutQuotes(text), variables: { item: value } };
  if (typeof value !== "object") return { description: text, variables: { item: text } };
  return Array.isArray(value) ? readList(text) : readMap(text);
}

function readList(text: string): LoopItem {
  const items = splitJson(text);
  return { description: `[${items.map(withoutQuotes).join(" ")}]`, variables: { item: `[${items.join(",")}]` } };
}

function readMap(text: string): LoopItem {
  const entries = [...new Map(splitJson(text).map(splitEntry))].sort(([left], [right]) =>
    compareCodePoints(left, right),
  );
  const pairs = entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`);
  const variables: Record<string, string> = { item: `{${pairs.join(",")}}` };
  const descriptions: string[] = [];
  for (const [key, json] of entries) {
    const shown = withoutQuotes(json);
    variables[`item.${key}`] = shown;
    descriptions.push(`${key}:${shown}`);
  }
  return { description: descriptions.sort(compareCodePoints).join(","), variables };
}

function splitEntry(entry: string): [string, string] {
  const end = endOfString(entry, 0);
  return [JSON.parse(entry.slice(0, end)) as string, entry.slice(end + 1)];
}

/** Argo shows a text item without its quotes but with its JSON escapes, except those of `<`, `>` and `&`. */
function withoutQuotes(json: string): string {
  const text = json.startsWith('"') ? json.slice(1, -1) : json;
  return text.replaceAll("\\u003c", "<").replaceAll("\\u003e", ">").replaceAll("\\u0026", "&");
}

function splitJsonList(text: string): readonly string[] {
  const fail = (reason: string): LanguageError =>
    new LanguageError(`withParam value could not be parsed as a JSON list: ${text.trim()}: ${reason}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(describeSyntaxError(text, error));
  }
  if (value === null) return [];
  if (!Array.isArray(value)) {
    throw fail(`json: cannot unmarshal ${goTypeOf(value)} into Go value of type []v1alpha1.Item`);
  }
  return splitJson(compactJson(text));
}

function goTypeOf(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  return typeof value === "object" ? "object" : typeof value;
}

/** encoding/json's words for the first character that cannot start a value. */
function describeSyntaxError(text: string, error: unknown): string {
  if (text.trim() === "") return "unexpected end of JSON input";
  const position = /position (\d+)/.exec(String(error))?.[1];
  const character = position === undefined ? text.trim().slice(-1) : (text[Number(position)] ?? "");
  if (character === "") return "unexpected end of JSON input";
  return `invalid character '${character === "'" ? "\\'" : character}' looking for beginning of value`;
}

/** Without white space between tokens; texts stay as they were written. */
function compactJson(raw: string): string {
  return raw.replaceAll(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? token : ""));
}

/** The members of a compact JSON list or object, as texts. */
function splitJson(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 1; at < text.length - 1; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    else if (character === "," && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return text.length === 2 ? [] : [...parts, text.slice(start, -1)];
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
