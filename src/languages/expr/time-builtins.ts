// Builtins about times.
import { parseGoDurationNanoseconds } from "../duration.ts";
import { GoDuration } from "../go-duration.ts";
import { GoTime } from "../go-time.ts";
import { parseGoTime } from "../go-time-parse.ts";
import type { GoValue } from "../go-value.ts";
import { type GoZone, loadZone } from "../go-zone.ts";
import { LanguageError } from "../language-error.ts";
import { type Builtin, stringAt } from "./builtin.ts";
import { LocationValue } from "./typed-values.ts";

export const timeBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["now", ([location], { sources }) => now(sources.now(), location)],
  ["duration", (args) => new GoDuration(parseGoDurationNanoseconds(stringAt(args, 0)))],
  ["timezone", (args) => new LocationValue(loadZone(stringAt(args, 0)))],
  ["date", date],
]);

const layouts = [
  "2006-01-02",
  "15:04:05",
  "2006-01-02 15:04:05",
  "2006-01-02T15:04:05Z07:00",
  "02 Jan 06 15:04 MST",
  "Monday, 02-Jan-06 15:04:05 MST",
  "Mon, 02 Jan 2006 15:04:05 MST",
] as const;

function now(milliseconds: number, location: GoValue | undefined): GoValue {
  const time = GoTime.fromMilliseconds(milliseconds);
  return location instanceof LocationValue ? time.in(location.zone) : time;
}

/** A text with a layout and a zone, or in one of the usual forms; a time zone may come first. */
function date(given: readonly GoValue[]): GoValue {
  const [location] = given;
  const args = location instanceof LocationValue ? given.slice(1) : given;
  const text = stringAt(args, 0);
  const zone = location instanceof LocationValue ? location.zone : undefined;
  if (args.length === 2) return read(stringAt(args, 1), text, zone);
  if (args.length === 3) return read(stringAt(args, 1), text, loadZone(stringAt(args, 2)));
  for (const layout of layouts) {
    try {
      return read(layout, text, zone);
    } catch {
      continue; // The next layout may fit.
    }
  }
  throw new LanguageError(`invalid date ${text}`);
}

function read(layout: string, text: string, zone: GoZone | undefined): GoTime {
  const parsed = parseGoTime(layout, text, zone);
  return new GoTime(parsed.nanoseconds, parsed.zone);
}
