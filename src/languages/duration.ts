// Durations as Go and Argo write them: `1h30m`, and for Argo also a bare number of seconds.
// Nanoseconds are kept as bigint, because Go refuses what does not fit into 64 bits of them.
import { LanguageError } from "./language-error.ts";

const nanosecondsPerMillisecond = 1e6;
const NANOSECONDS_MAX = 9_223_372_036_854_775_807n;

const unitNanoseconds: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n], // U+00B5, micro sign
  ["μs", 1_000n], // U+03BC, Greek letter mu
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

/** Milliseconds of a Go duration such as `1h30m` or `1.5s`; a fraction when it is finer than that. */
export function parseGoDuration(text: string): number {
  return Number(parseGoDurationNanoseconds(text)) / nanosecondsPerMillisecond;
}

/** Milliseconds of an Argo duration: an integer is seconds, anything else a Go duration. */
export function parseArgoDuration(text: string): number {
  return Number(parseArgoDurationNanoseconds(text)) / nanosecondsPerMillisecond;
}

/** As `parseArgoDuration`, exactly. Seconds wrap around 64 bits like Go's multiplication. */
export function parseArgoDurationNanoseconds(text: string): bigint {
  if (/^[+-]?[0-9]+$/.test(text)) {
    const seconds = BigInt(text.replace(/^\+/, ""));
    if (BigInt.asIntN(64, seconds) === seconds) {
      return BigInt.asIntN(64, seconds * 1_000_000_000n);
    }
  }
  try {
    return parseGoDurationNanoseconds(text);
  } catch (error) {
    const { message } = error as Error;
    throw new LanguageError(`unable to parse ${text} as a duration: ${message}`, { cause: error });
  }
}

/** As `parseGoDuration`, exactly: the rules of Go's `time.ParseDuration`. */
export function parseGoDurationNanoseconds(text: string): bigint {
  const isNegative = text.startsWith("-");
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === "0") {
    return 0n;
  }
  let total = 0n;
  do {
    const part = readPart(rest, text);
    total += part.nanoseconds;
    rest = part.rest;
    // The smallest 64-bit integer has no positive counterpart, so it is reachable only with a minus sign.
    if (total > NANOSECONDS_MAX + (isNegative ? 1n : 0n)) {
      throw invalidDuration(text);
    }
  } while (rest !== "");
  return isNegative ? -total : total;
}

/** A duration as Go's `Duration.String()` prints it: `1h0m0s`, `1.5s`, `100ms`, `0s`. */
export function formatGoDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) {
    return "0s";
  }
  if (size < 1_000_000_000n) {
    return sign + formatBelowOneSecond(size);
  }
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) {
    return sign + seconds;
  }
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

/** A duration in words with up to two units, as Argo writes it into messages: `1 hour 30 minutes`. */
export function humanizeDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) {
    return largestUnit(Math.abs(seconds));
  }
  const [unit, size, count] =
    seconds < 3600 ? ["second", 1, 60] : seconds < 86_400 ? ["minute", 60, 60] : ["hour", 3600, 24];
  return `${largestUnit(seconds)} ${countOf(Math.floor((seconds / size) % count), unit)}`;
}

function readPart(rest: string, text: string): { nanoseconds: bigint; rest: string } {
  // A digit, point or unit may be missing, so the pattern fits every text.
  const [, number = "", unitName = "", behind = ""] = rest.split(/^([0-9]*\.?[0-9]*)([^0-9.]*)/);
  const [whole = "", fraction = ""] = number.split(".");
  if (whole === "" && fraction === "") {
    throw invalidDuration(text);
  }
  if (unitName === "") {
    throw new LanguageError(`time: missing unit in duration ${JSON.stringify(text)}`);
  }
  const unit = unitNanoseconds.get(unitName);
  if (unit === undefined) {
    throw new LanguageError(`time: unknown unit ${JSON.stringify(unitName)} in duration ${JSON.stringify(text)}`);
  }
  const scale = 10n ** BigInt(fraction.length);
  const nanoseconds = BigInt(whole) * unit + (BigInt(fraction) * unit) / scale;
  return { nanoseconds, rest: behind };
}

function invalidDuration(text: string): LanguageError {
  return new LanguageError(`time: invalid duration ${JSON.stringify(text)}`);
}

function formatBelowOneSecond(nanoseconds: bigint): string {
  if (nanoseconds < 1_000n) {
    return `${nanoseconds}ns`;
  }
  return nanoseconds < 1_000_000n ? `${decimal(nanoseconds, 3)}µs` : `${decimal(nanoseconds, 6)}ms`;
}

function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (value % scale).toString().padStart(digits, "0").replace(/0+$/, "");
  return fraction === "" ? `${value / scale}` : `${value / scale}.${fraction}`;
}

const day = 86_400;
const month = 30 * day;
const year = 12 * month;

// The steps of the library that Argo uses; months have 30 days and years 12 months there.
const magnitudes: readonly { below: number; unit: string; size: number }[] = [
  { below: 60, unit: "second", size: 1 },
  { below: 3600, unit: "minute", size: 60 },
  { below: day, unit: "hour", size: 3600 },
  { below: 7 * day, unit: "day", size: day },
  { below: month, unit: "week", size: 7 * day },
  { below: year, unit: "month", size: month },
  { below: 37 * year, unit: "year", size: year },
];

function largestUnit(seconds: number): string {
  const step = magnitudes.find(({ below }) => seconds < below);
  return step === undefined ? "a long while" : countOf(Math.floor(seconds / step.size), step.unit);
}

function countOf(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
