// Go's time layouts (`2006-01-02T15:04:05Z07:00`): printing times with them.
import { offsetText, type GoZone } from "./go-zone.ts";

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The parts of a layout that stand for something; all else is literal. */
export const LAYOUT_TOKENS =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|002|0[1-6]|15|1|__2|_2(?!006)|2|3|4|5|PM|pm|[Z-]07:00:00|[Z-]070000|[Z-]07:00|[Z-]0700|[Z-]07|[.,](?:0+|9+)(?!\d)/g;

/** What formatting needs of a GoTime, which itself needs formatting. */
interface ZonedInstant {
  readonly seconds: bigint;
  /** Nanoseconds within the second. */
  readonly fraction: bigint;
  readonly zone: GoZone;
  wallClock(): Date;
}

/** time.Time.Format. */
export function formatGoTime(time: ZonedInstant, layout: string): string {
  const wall = time.wallClock();
  const epochMs = Number(time.seconds) * 1000;
  return layout.replace(LAYOUT_TOKENS, (token) => {
    if (token === "MST") return time.zone.abbreviation(epochMs);
    if (/^[Z-]07/.test(token)) return formatOffset(token, time.zone.offsetSeconds(epochMs));
    if (/^[.,]/.test(token)) return formatFraction(token, time.fraction);
    return formatField(token, wall);
  });
}

function formatField(token: string, wall: Date): string {
  const month = wall.getUTCMonth();
  const hour12 = wall.getUTCHours() % 12 === 0 ? 12 : wall.getUTCHours() % 12;
  const two = (value: number): string => String(value).padStart(2, "0");
  const fields: Record<string, () => string> = {
    January: () => String(MONTHS[month]),
    Jan: () => String(MONTHS[month]).slice(0, 3),
    Monday: () => String(DAYS[wall.getUTCDay()]),
    Mon: () => String(DAYS[wall.getUTCDay()]).slice(0, 3),
    "2006": () => String(wall.getUTCFullYear()).padStart(4, "0"),
    "06": () => two(wall.getUTCFullYear() % 100),
    "1": () => String(month + 1),
    "01": () => two(month + 1),
    "2": () => String(wall.getUTCDate()),
    _2: () => String(wall.getUTCDate()).padStart(2),
    "02": () => two(wall.getUTCDate()),
    __2: () => String(dayOfYear(wall)).padStart(3),
    "002": () => String(dayOfYear(wall)).padStart(3, "0"),
    "15": () => two(wall.getUTCHours()),
    "3": () => String(hour12),
    "03": () => two(hour12),
    "4": () => String(wall.getUTCMinutes()),
    "04": () => two(wall.getUTCMinutes()),
    "5": () => String(wall.getUTCSeconds()),
    "05": () => two(wall.getUTCSeconds()),
    PM: () => (wall.getUTCHours() < 12 ? "AM" : "PM"),
    pm: () => (wall.getUTCHours() < 12 ? "am" : "pm"),
  };
  return String(fields[token]?.());
}

function dayOfYear(wall: Date): number {
  const newYear = new Date(wall);
  newYear.setUTCMonth(0, 1);
  return Math.round((wall.getTime() - newYear.getTime()) / 86_400_000) + 1;
}

function formatOffset(token: string, offsetSeconds: number): string {
  if (token.startsWith("Z") && offsetSeconds === 0) return "Z";
  const shape = token.slice(1);
  const text = offsetText(offsetSeconds, shape.includes(":") ? ":" : "");
  if (shape === "07") return text.slice(0, 3);
  const seconds = String(Math.abs(offsetSeconds) % 60).padStart(2, "0");
  if (shape === "07:00:00") return `${text}:${seconds}`;
  return shape === "070000" ? text + seconds : text;
}

function formatFraction(token: string, nanoseconds: bigint): string {
  const digits = nanoseconds
    .toString()
    .padStart(9, "0")
    .slice(0, token.length - 1)
    .padEnd(token.length - 1, "0");
  if (token[1] === "0") return token.charAt(0) + digits;
  const trimmed = digits.replace(/0+$/, "");
  return trimmed === "" ? "" : token.charAt(0) + trimmed;
}
