// Go's fmt.Sprintf with all its verbs and flags. What is wrong with a format is shown in the text, as Go shows it.
import { escapeRune, goTypeName, isPrintable, printGoValue, quoteGo } from "./go-format.ts";
import { sortedEntries } from "./go-json.ts";
import { formatFloatFixed, formatFloatHex, formatFloatShortest } from "./go-number.ts";
import { type GoObject, isGoList, isGoMap, type GoValue } from "./go-value.ts";
import { utf8Bytes } from "./utf8.ts";

/** Width and precision that a format may ask for: Go's own limit. */
const SIZE_MAX = 1_000_000;

/** Flags, width, precision, number of the operand, verb. */
const DIRECTIVE = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:\[(\d+)\])?([\s\S])?/gu;

/** The text of the values in the places of the format's verbs. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  const printer = new Printer(values);
  return format.replace(DIRECTIVE, (_match, ...parts) => printer.print(parts)) + printer.extra();
}

/** How one value is printed. */
interface Layout {
  readonly flags: string;
  /** In characters; 0 pads nothing. */
  readonly width: number;
  readonly precision: number | undefined;
}

interface Directive extends Layout {
  readonly verb: string;
}

/** Goes through the operands as the format asks for them. */
class Printer {
  readonly #values: readonly GoValue[];
  #next = 0;
  #isReordered = false;
  #problems = "";

  constructor(values: readonly GoValue[]) {
    this.#values = values;
  }

  print([flags = "", width, precision, number, verb]: readonly (string | undefined)[]): string {
    this.#problems = "";
    const size = this.#size(width, "BADWIDTH", -SIZE_MAX) ?? 0;
    const layout = {
      flags: size < 0 ? `${flags}-` : flags,
      width: Math.abs(size),
      // A point without digits is a precision of 0.
      precision: this.#size(precision === "" ? "0" : precision, "BADPREC", 0),
    };
    const text = this.#operand(verb, number, layout);
    return this.#problems + text;
  }

  /** What no verb asked for. */
  extra(): string {
    const left = this.#values.slice(this.#next);
    if (left.length === 0 || this.#isReordered) return "";
    const shown = left.map((value) => (value === null ? "<nil>" : `${goTypeName(value)}=${printGoValue(value)}`));
    return `%!(EXTRA ${shown.join(", ")})`;
  }

  #operand(verb: string | undefined, number: string | undefined, layout: Layout): string {
    if (verb === undefined) return "%!(NOVERB)";
    if (verb === "%") return "%";
    if (number !== undefined && !this.#goTo(Number(number))) return `%!${verb}(BADINDEX)`;
    const value = this.#take();
    return value === undefined ? `%!${verb}(MISSING)` : printOperand(value, { verb, ...layout });
  }

  /** A number of the format or, for `*`, the next operand. */
  #size(text: string | undefined, problem: string, min: number): number | undefined {
    if (text === undefined) return undefined;
    const given = text === "*" ? this.#take() : BigInt(text);
    if (typeof given === "bigint" && given >= min && given <= SIZE_MAX) return Number(given);
    this.#problems += `%!(${problem})`;
    return undefined;
  }

  #take(): GoValue | undefined {
    return this.#next < this.#values.length ? this.#values[this.#next++] : undefined;
  }

  /** Goes on with the operand of that number, from 1; false when there is none. */
  #goTo(number: number): boolean {
    this.#isReordered = true;
    const exists = number >= 1 && number <= this.#values.length;
    if (exists) this.#next = number - 1;
    return exists;
  }
}

function printOperand(value: GoValue, directive: Directive): string {
  const { verb, flags } = directive;
  if (verb === "T") return pad(goTypeName(value), directive);
  // `+` and `#` of a `v` ask for more detail, not for a sign or a prefix.
  if (verb !== "v") return value === null ? `%!${verb}(<nil>)` : print(value, directive);
  const plain = { ...directive, flags: flags.replaceAll(/[+#]/g, "") };
  if (value === null) return pad("<nil>", plain);
  return flags.includes("#") ? printSyntax(value, plain) : print(value, plain);
}

/** Width and flags are for each value inside of a list or a map. */
function print(value: GoValue, directive: Directive): string {
  if (value === null) return pad("<nil>", directive);
  const each = (item: GoValue): string => print(item, directive);
  if (isGoList(value)) return `[${value.map(each).join(" ")}]`;
  if (isGoMap(value)) {
    return `map[${sortedEntries(value)
      .map(([key, item]) => `${each(key)}:${each(item)}`)
      .join(" ")}]`;
  }
  return printScalar(value, directive) ?? `%!${directive.verb}(${goTypeName(value)}=${printWrong(value, directive)})`;
}

function printWrong(value: Scalar, directive: Directive): string {
  return print(value, { ...directive, verb: "v" });
}

/** As `%#v`: a literal of Go. */
function printSyntax(value: GoValue, directive: Directive): string {
  const each = (item: GoValue): string => printSyntax(item, directive);
  if (value === null) return pad("interface {}(nil)", directive);
  if (typeof value === "string") return print(value, { ...directive, verb: "q" });
  if (isGoList(value)) return `[]interface {}{${value.map(each).join(", ")}}`;
  if (!isGoMap(value)) return print(value, directive);
  const entries = sortedEntries(value).map(([key, item]) => `${each(key)}:${each(item)}`);
  return `map[string]interface {}{${entries.join(", ")}}`;
}

type Scalar = boolean | bigint | number | string | GoObject;

/** Undefined: the verb is not for such a value. */
function printScalar(value: Scalar, directive: Directive): string | undefined {
  if (typeof value === "boolean") return "tv".includes(directive.verb) ? pad(String(value), directive) : undefined;
  if (typeof value === "bigint") return printInteger(value, directive);
  if (typeof value === "number") return printFloat(value, directive);
  return printText(value.toString(), directive);
}

const BASES: ReadonlyMap<string, number> = new Map([
  ["d", 10],
  ["v", 10],
  ["b", 2],
  ["o", 8],
  ["O", 8],
  ["x", 16],
  ["X", 16],
]);

function printInteger(value: bigint, directive: Directive): string | undefined {
  const { verb, flags, width, precision } = directive;
  const base = BASES.get(verb);
  if (base === undefined) return printRune(value, directive);
  const sign = signOf(value < 0n, flags);
  const isZeroed = flags.includes("0") && !flags.includes("-") && precision === undefined;
  const digitsMin = isZeroed ? width - sign.length : (precision ?? 0);
  const digits = value.toString(base).replace("-", "").padStart(digitsMin, "0");
  // No digit at all is what a precision of 0 makes of 0.
  const shown = precision === 0 && value === 0n ? "" : capital(digits, verb === "X");
  // The zeros are there already; with a precision there are none.
  return pad(sign + prefixOf(directive) + shown, { ...directive, flags: flags.replaceAll("0", "") });
}

/** Before the digits where the flag `#` asks for it, and before those of `O` always. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ["b", "0b"],
  ["o", "0"],
  ["O", "0o"],
  ["x", "0x"],
  ["X", "0X"],
]);

function prefixOf({ verb, flags }: Directive): string {
  return verb === "O" || flags.includes("#") ? (PREFIXES.get(verb) ?? "") : "";
}

const RUNE_MAX = 0x10ffffn;

function printRune(value: bigint, directive: Directive): string | undefined {
  const { verb, flags, precision = 0 } = directive;
  const isRune = value >= 0n && value <= RUNE_MAX;
  const rune = isRune ? String.fromCodePoint(Number(value)) : "\ufffd";
  if (verb === "c") return pad(rune, directive);
  if (verb === "q") return pad(`'${rune === "'" ? "\\'" : escapeRune(rune, flags.includes("+"))}'`, directive);
  if (verb !== "U") return undefined;
  const code = BigInt.asUintN(64, value).toString(16).toUpperCase();
  const shown = flags.includes("#") && isRune && isPrintable(rune) ? ` '${rune}'` : "";
  return pad(`U+${code.padStart(Math.max(4, precision), "0")}${shown}`, directive);
}

const FLOAT_FORMATS: ReadonlyMap<string, "e" | "f" | "g"> = new Map([
  ["v", "g"],
  ["g", "g"],
  ["G", "g"],
  ["e", "e"],
  ["E", "e"],
  ["f", "f"],
  ["F", "f"],
]);

function printFloat(value: number, directive: Directive): string | undefined {
  const text = floatText(value, directive);
  if (text === undefined) return undefined;
  const { flags } = directive;
  const digits = text.replace(/^[+-]/, "");
  // Infinity shows that it is above 0 even where no number would.
  const sign = signOf(text.startsWith("-"), flags) || (digits === "Inf" ? "+" : "");
  const isZeroed = flags.includes("0") && Number.isFinite(value);
  if (!isZeroed) return pad(sign + digits, { ...directive, flags: flags.replaceAll("0", "") });
  return sign + pad(digits, { ...directive, width: directive.width - sign.length });
}

function floatText(value: number, { verb, precision }: Directive): string | undefined {
  const isHex = verb === "x" || verb === "X";
  const format = FLOAT_FORMATS.get(verb);
  if (format === undefined && !isHex) return undefined;
  if (!Number.isFinite(value)) return formatFloatShortest(value, "g");
  return capital(
    format === undefined ? formatFloatHex(value, precision) : decimalText(value, format, precision),
    "EGX".includes(verb),
  );
}

function decimalText(value: number, format: "e" | "f" | "g", precision: number | undefined): string {
  const digits = precision ?? (format === "g" ? undefined : 6);
  return digits === undefined ? formatFloatShortest(value, format) : formatFloatFixed(value, format, digits);
}

function capital(text: string, isCapital: boolean): string {
  return isCapital ? text.toUpperCase() : text;
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return "-";
  if (flags.includes("+")) return "+";
  return flags.includes(" ") ? " " : "";
}

function printText(value: string, directive: Directive): string | undefined {
  const { verb, flags, precision = Number.POSITIVE_INFINITY } = directive;
  if (verb === "x" || verb === "X") return pad(hexOf(utf8Bytes(value).subarray(0, precision), directive), directive);
  const text = Array.from(value).slice(0, precision).join("");
  if (verb === "s" || verb === "v") return pad(text, directive);
  if (verb !== "q") return undefined;
  const isRaw = flags.includes("#") && canBackquote(text);
  return pad(isRaw ? `\`${text}\`` : quoteGo(text, flags.includes("+")), directive);
}

/** strconv.CanBackquote. */
function canBackquote(text: string): boolean {
  return !/[`\ufeff]|(?!\t)\p{Cc}/u.test(text);
}

/** With a space the bytes stand apart, and `#` puts its prefix before each. */
function hexOf(bytes: Uint8Array, { verb, flags }: Directive): string {
  const prefix = flags.includes("#") ? "0x" : "";
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const isApart = flags.includes(" ");
  const text = isApart
    ? digits.map((pair) => prefix + pair).join(" ")
    : (digits.length > 0 ? prefix : "") + digits.join("");
  return capital(text, verb === "X");
}

function pad(text: string, { width, flags }: Directive): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  return (flags.includes("0") ? "0" : " ").repeat(missing) + text;
}
