// Go's time.Parse: reading times with a layout.
import { DAYS, LAYOUT_TOKENS, MONTHS } from "./go-time-layout.ts";
import { fixedZone, UTC_ZONE, type GoZone } from "./go-zone.ts";
import { LanguageError } from "./language-error.ts";

/** What a text says about an instant: nanoseconds since the epoch, and the zone it was read in. */
export interface ParsedTime {
  readonly nanoseconds: bigint;
  readonly zone: GoZone;
}

interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  fraction: string;
  half: "" | "am" | "pm";
  zone: GoZone | undefined;
}

interface TokenReader {
  readonly pattern: string;
  read(fields: Fields, text: string): void;
}

/** time.ParseInLocation: a text without a zone is read in `location`. LanguageError when the text does not fit. */
export function parseGoTime(layout: string, text: string, location: GoZone = UTC_ZONE): ParsedTime {
  const readers: TokenReader[] = [];
  let pattern = "";
  let at = 0;
  for (const match of layout.matchAll(LAYOUT_TOKENS)) {
    const end = match.index + match[0].length;
    const reader = readerOf(match[0], layout.slice(end));
    pattern += `${literal(layout.slice(at, match.index))}(${reader.pattern})`;
    readers.push(reader);
    at = end;
  }
  const found = new RegExp(`^${pattern}${literal(layout.slice(at))}$`, "i").exec(text);
  if (found === null) {
    throw new LanguageError(`parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse`);
  }
  const fields: Fields = {
    year: 0,
    month: 1,
    day: 1,
    yearDay: 0,
    hour: 0,
    minute: 0,
    second: 0,
    fraction: "",
    half: "",
    zone: undefined,
  };
  readers.forEach((reader, index) => reader.read(fields, String(found[index + 1])));
  return resolve(fields, location, text);
}

function literal(text: string): string {
  // Go lets any run of spaces in the layout match any run of spaces in the text.
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`).replace(/ +/g, " *");
}

const SHORT_MONTHS = MONTHS.map((name) => name.slice(0, 3));
const NOTHING = (): void => undefined;

function readMonthName(fields: Fields, text: string): void {
  const start = text.slice(0, 3).toLowerCase();
  fields.month = SHORT_MONTHS.findIndex((name) => name.toLowerCase() === start) + 1;
}

function readHalf(fields: Fields, text: string): void {
  fields.half = text.toLowerCase() === "pm" ? "pm" : "am";
}

const number = (pattern: string, field: "month" | "day" | "yearDay" | "hour" | "minute"): TokenReader => ({
  pattern,
  read: (fields, text) => {
    fields[field] = Number(text);
  },
});

const READERS: ReadonlyMap<string, TokenReader> = new Map<string, TokenReader>([
  ["January", { pattern: MONTHS.join("|"), read: readMonthName }],
  ["Jan", { pattern: SHORT_MONTHS.join("|"), read: readMonthName }],
  ["Monday", { pattern: DAYS.join("|"), read: NOTHING }],
  ["Mon", { pattern: DAYS.map((name) => name.slice(0, 3)).join("|"), read: NOTHING }],
  ["2006", { pattern: "\\d{4}", read: (fields, text) => void (fields.year = Number(text)) }],
  [
    "06",
    {
      pattern: "\\d\\d",
      read: (fields, text) => void (fields.year = Number(text) + (Number(text) < 69 ? 2000 : 1900)),
    },
  ],
  ["1", number("\\d{1,2}", "month")],
  ["01", number("\\d\\d", "month")],
  ["2", number("\\d{1,2}", "day")],
  ["_2", number(" ?\\d{1,2}", "day")],
  ["02", number("\\d\\d", "day")],
  ["002", number("\\d{3}", "yearDay")],
  ["__2", number(" {0,2}\\d{1,3}", "yearDay")],
  ["15", number("\\d{1,2}", "hour")],
  ["3", number("\\d{1,2}", "hour")],
  ["03", number("\\d\\d", "hour")],
  ["4", number("\\d{1,2}", "minute")],
  ["04", number("\\d\\d", "minute")],
  ["PM", { pattern: "AM|PM", read: readHalf }],
  ["pm", { pattern: "AM|PM", read: readHalf }],
  ["MST", { pattern: "[A-Z]{3,5}|GMT[+-]\\d{1,2}|[+-]\\d{2,4}", read: readZoneLetters }],
]);

function readerOf(token: string, rest: string): TokenReader {
  const known = READERS.get(token);
  if (known !== undefined) return known;
  if (/^[Z-]07/.test(token)) return offsetReader(token);
  if (/^[.,]/.test(token)) {
    const pattern = token[1] === "0" ? `[.,]\\d{${token.length - 1}}` : "(?:[.,]\\d+)?";
    return { pattern, read: (fields, text) => void (fields.fraction = text.slice(1)) };
  }
  // Seconds: a fraction is read after them even where the layout has none.
  const digits = token === "05" ? "\\d\\d" : "\\d\\d?";
  return { pattern: /^[.,][09]/.test(rest) ? digits : `${digits}(?:[.,]\\d+)?`, read: readSeconds };
}

function readSeconds(fields: Fields, text: string): void {
  const [seconds = "", fraction = ""] = text.split(/[.,]/);
  fields.second = Number(seconds);
  fields.fraction = fraction;
}

function offsetReader(token: string): TokenReader {
  const digits = token.slice(1).replace("07", "\\d\\d").replaceAll("00", "\\d\\d");
  const pattern = token.startsWith("Z") ? `Z|[+-]${digits}` : `[+-]${digits}`;
  return { pattern, read: (fields, text) => void (fields.zone = zoneFromOffset(text)) };
}

function zoneFromOffset(text: string): GoZone {
  if (text.toUpperCase() === "Z") return UTC_ZONE;
  const digits = text.slice(1).replaceAll(":", "").padEnd(6, "0");
  const size = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6));
  return size === 0 ? UTC_ZONE : fixedZone(text.startsWith("-") ? -size : size);
}

/** Letters that are not UTC name a zone that Go does not know: offset 0 under that name. */
function readZoneLetters(fields: Fields, text: string): void {
  const gmt = /^GMT([+-]\d{1,2})$/i.exec(text);
  if (gmt !== null) fields.zone = fixedZone(Number(gmt[1]) * 3600, text);
  else fields.zone ??= text === "UTC" ? UTC_ZONE : fixedZone(0, text);
}

function resolve(fields: Fields, location: GoZone, text: string): ParsedTime {
  const month = fields.yearDay > 0 ? 0 : fields.month - 1;
  const day = fields.yearDay > 0 ? fields.yearDay : fields.day;
  const wall = new Date(Date.UTC(2000, 0, 1, hour24(fields), fields.minute, fields.second));
  wall.setUTCFullYear(fields.year, month, day);
  const isDate = fields.yearDay > 0 || (wall.getUTCMonth() === month && wall.getUTCDate() === day);
  if (!isDate || fields.hour > 23 || fields.minute > 59 || fields.second > 59) {
    throw new LanguageError(`parsing time ${JSON.stringify(text)}: value out of range`);
  }
  const zone = fields.zone ?? location;
  const guess = wall.getTime() - zone.offsetSeconds(wall.getTime()) * 1000;
  const epochMs = wall.getTime() - zone.offsetSeconds(guess) * 1000;
  const fraction = BigInt(fields.fraction.slice(0, 9).padEnd(9, "0"));
  return { nanoseconds: BigInt(epochMs) * 1_000_000n + fraction, zone };
}

function hour24({ hour, half }: Fields): number {
  if (half === "pm" && hour < 12) return hour + 12;
  return half === "am" && hour === 12 ? 0 : hour;
}
