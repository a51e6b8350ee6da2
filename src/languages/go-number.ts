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
  if (format === "e") {
    const { mantissa, exponent } = toExponential(value, precision);
    return mantissa + goExponent(exponent);
  }
  const significant = Math.max(precision, 1);
  const { mantissa, exponent } = toExponential(value, significant - 1);
  const trim = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent < -4 || exponent >= significant) return trim(mantissa) + goExponent(exponent);
  return trim(toFixed(value, Math.max(significant - 1 - exponent, 0)));
}

/** strconv.FormatFloat of a finite number in hexadecimal, with a binary exponent; `precision` in digits after the point. */
export function formatFloatHex(value: number, precision?: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  // 2^52 to 2^53, so that the digits after the first are 13 of hexadecimal.
  let { mantissa, exponent } = binaryParts(Math.abs(value));
  if (precision !== undefined && precision < 13) {
    const unit = 2n ** BigInt(4 * (13 - precision));
    mantissa = roundToEven(mantissa, unit);
    if (mantissa >= 2n ** 53n) [mantissa, exponent] = [mantissa / 2n, exponent + 1];
  }
  const text = mantissa.toString(16);
  const digits = text.slice(1).padStart(13, "0");
  const shown = precision === undefined ? digits.replace(/0+$/, "") : digits.slice(0, precision).padEnd(precision, "0");
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `${sign}0x${text.slice(0, 1)}${shown === "" ? "" : `.${shown}`}p${power}`;
}

function binaryParts(size: number): { readonly mantissa: bigint; readonly exponent: number } {
  if (size === 0) return { mantissa: 0n, exponent: 0 };
  const bits = new DataView(new ArrayBuffer(8));
  // A number below the normal ones is brought among them first.
  const isSmall = size < 2 ** -1022;
  bits.setFloat64(0, isSmall ? size * 2 ** 52 : size);
  const raw = bits.getBigUint64(0);
  const exponent = Number(raw >> 52n) - 1023 - (isSmall ? 52 : 0);
  return { mantissa: (raw & (2n ** 52n - 1n)) | (2n ** 52n), exponent };
}

function roundToEven(value: bigint, unit: bigint): bigint {
  const floor = (value / unit) * unit;
  const twice = 2n * (value - floor);
  const isUp = twice > unit || (twice === unit && (floor / unit) % 2n === 1n);
  return isUp ? floor + unit : floor;
}

function toFixed(value: number, precision: number): string {
  if (Math.abs(value) < 1e21) {
    const digits = Math.min(precision, DIGITS_MAX);
    const text = tieToEven(value.toFixed(digits), { full: value.toFixed(DIGITS_MAX), digits });
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

/** What JavaScript prints after the point at most. */
const DIGITS_MAX = 100;

function toExponential(value: number, precision: number): { readonly mantissa: string; readonly exponent: number } {
  const digits = Math.min(precision, DIGITS_MAX);
  const full = value.toExponential(DIGITS_MAX).replace(/e.*/, "");
  const [mantissa = "", exponent] = value.toExponential(digits).split("e");
  // Only digits of 9 carry into the exponent, and they are never the even ones.
  return { mantissa: tieToEven(mantissa, { full, digits }), exponent: Number(exponent) };
}

/** Halves are rounded to the even digit in Go, and up in JavaScript. */
function tieToEven(rounded: string, { full, digits }: { readonly full: string; readonly digits: number }): string {
  const point = full.indexOf(".");
  const cut = full.slice(0, digits === 0 ? point : point + 1 + digits);
  const isTie = /^\.?50*$/.test(full.slice(cut.length));
  return isTie && /[02468]$/.test(cut) ? cut : rounded;
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
