// Numbers as Go's strconv prints and reads them.
import { LanguageError } from "./language-error.ts";

/** strconv.FormatFloat(value, format, -1, 64): the shortest digits that give the same float64 back. */
export function formatFloatShortest(value: number, format: "e" | "f" | "g"): string {
  const special = specialFloat(value);
  if (special !== undefined) return special;
  const [mantissa = "0", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const exponent = Number(exponentText);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const digits = mantissa.replace(".", "");
  const asExponent = format === "e" || (format === "g" && (exponent < -4 || exponent >= 6));
  if (asExponent) return `${sign}${mantissa}${goExponent(exponent)}`;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, "0");
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** As `%v` prints a float64: shortest, with an exponent below 1e-4 and from 1e6 on. */
export function printFloat(value: number): string {
  return formatFloatShortest(value, "g");
}

/** strconv.FormatFloat with a fixed precision. */
export function formatFloatFixed(value: number, format: "e" | "f" | "g", precision: number): string {
  const special = specialFloat(value);
  if (special !== undefined) return special;
  if (format === "f") return toFixed(value, precision);
  if (format === "e") return value.toExponential(Math.min(precision, 100)).replace(/e([+-]\d+)$/, withGoExponent);
  const significant = Math.max(precision, 1);
  const [mantissa = "0", exponentText = "0"] = value.toExponential(Math.min(significant - 1, 100)).split("e");
  const exponent = Number(exponentText);
  const trim = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent < -4 || exponent >= significant) return trim(mantissa) + goExponent(exponent);
  return trim(toFixed(value, Math.max(significant - 1 - exponent, 0)));
}

function toFixed(value: number, precision: number): string {
  if (Math.abs(value) < 1e21) {
    const text = value.toFixed(Math.min(precision, 100));
    return Object.is(value, -0) ? `-${text}` : text;
  }
  const whole = BigInt(value).toString();
  return precision === 0 ? whole : `${whole}.${"0".repeat(precision)}`;
}

function specialFloat(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return undefined;
}

function withGoExponent(_match: string, exponent: string): string {
  return goExponent(Number(exponent));
}

function goExponent(exponent: number): string {
  return `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** strconv.ParseFloat(text, 64); LanguageError when it is no number or out of range. */
export function parseGoFloat(text: string): number {
  const named = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (named !== null) {
    if (named[2]?.toLowerCase() === "nan") {
      if (named[1] === "") return Number.NaN;
    } else return named[1] === "-" ? -Infinity : Infinity;
  }
  const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  if (!plain.test(text)) return parseHexFloat(text);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new LanguageError(`strconv.ParseFloat: parsing "${text}": value out of range`);
  return value;
}

function parseHexFloat(text: string): number {
  const match = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = ""] = match ?? [];
  const digits = whole + fraction;
  if (digits === "") {
    throw new LanguageError(`strconv.ParseFloat: parsing "${text}": invalid syntax`);
  }
  const value = Number(BigInt(`0x${digits}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -value : value;
}

/** strconv.ParseInt(text, base, 64); base 0 reads prefixes and underscores. LanguageError as Go's. */
export function parseGoInt(text: string, base: 0 | 8 | 10 = 10): bigint {
  const pattern = base === 10 ? /^[+-]?\d+$/ : base === 8 ? /^[+-]?[0-7]+$/ : PREFIXED;
  if (!pattern.test(text)) throw new LanguageError(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  const negative = text.startsWith("-");
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const octal = base === 8 || (base === 0 && /^0\d/.test(digits));
  const size = BigInt(octal ? `0o${digits}` : /^0[xob]/i.test(digits) ? digits.toLowerCase() : digits);
  const value = negative ? -size : size;
  if (value !== BigInt.asIntN(64, value)) {
    throw new LanguageError(`strconv.ParseInt: parsing "${text}": value out of range`);
  }
  return value;
}

const PREFIXED = /^[+-]?(0x(_?[\da-f])+|0b(_?[01])+|0o(_?[0-7])+|0(_?[0-7])*|[1-9](_?\d)*)$/i;
