// What a gjson path finds, and the reading of a value at a place of the text.
import { formatFloatShortest, parseGoFloat } from "../go-number.ts";
import { scanBalanced, scanScalar, scanString, scanWord, unescapeJson } from "./json-scan.ts";

export interface GjsonResult {
  /** False: the path led nowhere. A JSON null exists. */
  readonly exists: boolean;
  readonly type: "Null" | "False" | "Number" | "String" | "True" | "JSON";
  /** The JSON text as it stands in the document. */
  readonly raw: string;
  /** gjson's String(): the text of a string, the digits of a number, raw JSON of objects and lists, "" for null. */
  readonly text: string;
  /** gjson's Float(): strings are parsed, true is 1, all else 0. */
  readonly number: number;
  /** gjson's Bool(): true, numbers but 0, and texts that Go reads as true. */
  readonly boolean: boolean;
  /** Where `raw` stands in the document; -1 when it was put together. */
  readonly index: number;
  /** Of a list of several finds: where each stands. */
  readonly indexes: readonly number[];
}

/** A value, and the place behind it. */
export interface ScannedValue {
  readonly result: GjsonResult;
  readonly end: number;
}

/** The value that begins at `at`; undefined where no value can begin, or a string has no end. */
export function scanValue(json: string, at: number): ScannedValue | undefined {
  const first = json.charAt(at);
  if (first === "{" || first === "[") return scanned(json, { at, end: scanBalanced(json, at), type: "JSON" });
  if (first === '"') {
    const { end, isClosed } = scanString(json, at);
    return isClosed ? scanned(json, { at, end, type: "String" }) : undefined;
  }
  if (first === "t" || first === "f") {
    return scanned(json, { at, end: scanWord(json, at), type: first === "t" ? "True" : "False" });
  }
  // A word with n that does not go on with u is taken for NaN, a number.
  if (first === "n" && (at + 1 >= json.length || json[at + 1] === "u")) {
    return scanned(json, { at, end: scanWord(json, at), type: "Null" });
  }
  return /[-+\diInN]/.test(first) ? scanned(json, { at, end: scanScalar(json, at), type: "Number" }) : undefined;
}

/** gjson.Parse: the first value of a text; objects and lists reach to the end of the text. */
export function parseGjson(json: string): GjsonResult {
  const at = json.search(/\S/);
  if (at < 0) return MISSING;
  const first = json.charAt(at);
  if (first === "{" || first === "[") return resultOf("JSON", json.slice(at), at);
  return scanValue(json, at)?.result ?? MISSING;
}

/** The members of an object or the items of a list, in order; keys are raw strings. A scalar is its own only item. */
export function membersOf(parent: GjsonResult): readonly { readonly key: string; readonly value: GjsonResult }[] {
  if (!parent.exists) return [];
  if (parent.type !== "JSON") return [{ key: "", value: parent }];
  const members: { key: string; value: GjsonResult }[] = [];
  const isObject = parent.raw.startsWith("{");
  let key: string | undefined;
  let at = 1;
  while (at < parent.raw.length) {
    const found = scanValue(parent.raw, at);
    if (found === undefined) {
      if (parent.raw[at] === "}" || parent.raw[at] === "]") break;
      at += 1;
      continue;
    }
    at = found.end;
    if (isObject && key === undefined) key = found.result.raw;
    else {
      members.push({ key: key ?? "", value: found.result });
      key = undefined;
    }
  }
  return members;
}

export function isObject(result: GjsonResult): boolean {
  return result.type === "JSON" && result.raw.startsWith("{");
}

export function isArray(result: GjsonResult): boolean {
  return result.type === "JSON" && result.raw.startsWith("[");
}

/** `indexes` are the places of the items of a list that was put together. */
export function resultOf(
  type: GjsonResult["type"],
  raw: string,
  index: number,
  indexes: readonly number[] = [],
): GjsonResult {
  return new FoundValue(type, raw, index, indexes);
}

/** Most values are only passed over on the way to another one, so text and number are read when they are asked for. */
class FoundValue implements GjsonResult {
  readonly type: GjsonResult["type"];
  readonly raw: string;
  readonly index: number;
  readonly indexes: readonly number[];

  constructor(type: GjsonResult["type"], raw: string, index: number, indexes: readonly number[]) {
    this.type = type;
    this.raw = raw;
    this.index = index;
    this.indexes = indexes;
  }

  get exists(): boolean {
    return this.type !== "Null" || this.raw !== "";
  }

  get text(): string {
    switch (this.type) {
      case "Null":
        return "";
      case "String":
        return unescapeJson(this.raw.slice(1, -1));
      case "Number":
        return /^-?\d*$/.test(this.raw) ? this.raw : formatFloatShortest(floatOrZero(this.raw), "f");
      case "True":
      case "False":
        return this.type.toLowerCase();
      case "JSON":
      default:
        return this.raw;
    }
  }

  get number(): number {
    if (this.type === "True") return 1;
    if (this.type === "Number") return floatOrZero(this.raw);
    return this.type === "String" ? floatOrZero(this.text) : 0;
  }

  get boolean(): boolean {
    if (this.type === "Number") return this.number !== 0;
    return this.type === "True" || (this.type === "String" && /^(1|t|true)$/i.test(this.text));
  }
}

export const MISSING: GjsonResult = resultOf("Null", "", -1);

function scanned(
  json: string,
  { at, end, type }: { readonly at: number; readonly end: number; readonly type: GjsonResult["type"] },
): ScannedValue {
  return { result: resultOf(type, json.slice(at, end), at), end };
}

/** strconv.ParseFloat without its error: 0, or an infinity where the number is too large. */
export function floatOrZero(text: string): number {
  try {
    return parseGoFloat(text);
  } catch (error) {
    if (!(error as Error).message.endsWith("out of range")) return 0;
    return text.startsWith("-") ? -Infinity : Infinity;
  }
}
