// What a YAML scalar means to every Kubernetes tool: the rules of YAML 1.1 as go-yaml v2 applies them.
import { parseGoFloat, parseGoInt } from "./go-number.ts";
import { LanguageError } from "./language-error.ts";
import { utf8Text } from "./utf8.ts";

export type YamlScalarValue = null | boolean | bigint | number | string;

export interface YamlScalar {
  readonly text: string;
  /** The long form of an explicit tag, such as `tag:yaml.org,2002:int`. */
  readonly tag: string | undefined;
  /** False for quoted and block scalars. */
  readonly isPlain: boolean;
}

const tagPrefix = "tag:yaml.org,2002:";
const words: ReadonlyMap<string, YamlScalarValue> = new Map<string, YamlScalarValue>([
  ...everyWord(true, "y Y yes Yes YES true True TRUE on On ON"),
  ...everyWord(false, "n N no No NO false False FALSE off Off OFF"),
  ...everyWord(null, " ~ null Null NULL"),
  ...everyWord(Number.NaN, ".nan .NaN .NAN"),
  ...everyWord(Infinity, ".inf .Inf .INF +.inf +.Inf +.INF"),
  ...everyWord(-Infinity, "-.inf -.Inf -.INF"),
]);
const floatPattern = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const uint64Max = 2n ** 64n - 1n;

/** The value of a scalar; an integer is a bigint. LanguageError when its tag does not fit. */
export function resolveYamlScalar({ text, tag, isPlain }: YamlScalar): YamlScalarValue {
  if (tag === undefined) return isPlain ? resolveUntagged(text) : text;
  if (!tag.startsWith(tagPrefix)) return text;
  return resolveTagged(text, tag.slice(tagPrefix.length));
}

function everyWord(value: YamlScalarValue, list: string): [string, YamlScalarValue][] {
  return list.split(" ").map((word) => [word, value]);
}

function resolveTagged(text: string, tag: string): YamlScalarValue {
  if (tag === "binary") return readBinary(text);
  if (tag === "str" || !["bool", "int", "float", "null", "timestamp"].includes(tag)) return text;
  const value = resolveUntagged(text);
  const isFit = tag === "timestamp" ? isTimestamp(text) : tag === typeOf(value);
  if (isFit) return value;
  if (tag === "float" && typeof value === "bigint" && value === BigInt.asIntN(64, value)) return Number(value);
  throw new LanguageError(`yaml: cannot decode !!${typeOf(value)} \`${text}\` as a !!${tag}`);
}

function resolveUntagged(text: string): YamlScalarValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.startsWith(".")) return readFloat(text) ?? text;
  // A timestamp stays text: nothing in JSON could hold it.
  if (!/^[-+0-9]/.test(text) || isTimestamp(text)) return text;
  const plain = text.replaceAll("_", "");
  const integer = readInteger(plain);
  if (integer !== undefined) return integer;
  return (floatPattern.test(plain) ? readFloat(plain) : undefined) ?? text;
}

function typeOf(value: YamlScalarValue): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return "int";
  return { boolean: "bool", number: "float", string: "str" }[typeof value as "boolean" | "number" | "string"];
}

function readInteger(text: string): bigint | undefined {
  try {
    return parseGoInt(text, 0);
  } catch {
    if (!/^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[1-9][0-9]*)$/.test(text)) return undefined;
    const value = BigInt(text.toLowerCase());
    return value <= uint64Max ? value : undefined;
  }
}

function readFloat(text: string): number | undefined {
  try {
    return parseGoFloat(text);
  } catch {
    return undefined;
  }
}

function isTimestamp(text: string): boolean {
  const match =
    /^\d{4}-(\d\d?)-(\d\d?)(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| (\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?)?$/;
  return match.test(text);
}

function readBinary(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    throw new LanguageError("yaml: !!binary value contains invalid base64 data");
  }
  return utf8Text(Uint8Array.from(atob(compact), (character) => character.charCodeAt(0)));
}
