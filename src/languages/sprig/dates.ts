// Sprig's functions on times. "Local" is UTC, as in a pod.
import { parseGoDurationNanoseconds } from "../duration.ts";
import { GoDuration } from "../go-duration.ts";
import type { GoFunction } from "../go-function.ts";
import { formatGoTime } from "../go-time-layout.ts";
import { parseGoTime } from "../go-time-parse.ts";
import { GoTime } from "../go-time.ts";
import type { GoValue, LanguageSources } from "../go-value.ts";
import { loadZone, UTC_ZONE, type GoZone } from "../go-zone.ts";
import { recover } from "../language-error.ts";
import { intOf, textOf } from "./conversions.ts";
import { alias, declare } from "./sprig-function.ts";

const SECOND = 1_000_000_000n;
const HTML_DATE = "2006-01-02";

export function dateFunctions(sources: LanguageSources): readonly GoFunction[] {
  const now = (): GoTime => GoTime.fromMilliseconds(sources.now());
  const inZone = (layout: GoValue | undefined, date: GoValue | undefined, zone: GoValue | undefined): string =>
    formatGoTime(timeOf(date, now).in(zoneOrUtc(textOf(zone))), textOf(layout));
  return [
    declare("now", () => now()),
    declare("date string any", ([layout, date]) => inZone(layout, date, "Local")),
    ...alias(
      declare("dateInZone string any string", ([layout, date, zone]) => inZone(layout, date, zone)),
      "date_in_zone",
    ),
    declare("htmlDate any", ([date]) => inZone(HTML_DATE, date, "Local")),
    declare("htmlDateInZone any string", ([date, zone]) => inZone(HTML_DATE, date, zone)),
    declare("toDate string string", ([layout, text]) => parseOrZero(textOf(layout), textOf(text))),
    declare("mustToDate string string", ([layout, text]) => parse(textOf(layout), textOf(text))),
    ...alias(
      declare("dateModify string time", ([duration, date]) => modify(textOf(duration), date as GoTime)),
      "date_modify",
    ),
    ...alias(
      declare("mustDateModify string time", ([duration, date]) =>
        (date as GoTime).add(parseGoDurationNanoseconds(textOf(duration))),
      ),
      "must_date_modify",
    ),
    declare("unixEpoch time", ([date]) => String((date as GoTime).seconds)),
    declare("ago any", ([date]) => ago(now(), timeOf(date, now))),
    declare("duration any", ([seconds]) => new GoDuration(wholeSeconds(seconds) * SECOND).toString()),
    declare("durationRound any", ([duration]) => roundDuration(durationOf(duration, now))),
  ];
}

/** Anything that is no time means now. */
function timeOf(value: GoValue | undefined, now: () => GoTime): GoTime {
  if (value instanceof GoTime) return value;
  return typeof value === "bigint" ? new GoTime(value * SECOND) : now();
}

function zoneOrUtc(name: string): GoZone {
  return recover(
    () => loadZone(name),
    () => UTC_ZONE,
  );
}

function parse(layout: string, text: string): GoTime {
  const { nanoseconds, zone } = parseGoTime(layout, text);
  return new GoTime(nanoseconds, zone);
}

function parseOrZero(layout: string, text: string): GoTime {
  return recover(
    () => parse(layout, text),
    () => GoTime.zero(),
  );
}

/** A wrong duration leaves the time as it is. */
function modify(duration: string, date: GoTime): GoTime {
  return recover(
    () => date.add(parseGoDurationNanoseconds(duration)),
    () => date,
  );
}

function ago(now: GoTime, then: GoTime): string {
  const difference = now.nanoseconds - then.nanoseconds;
  const half = difference < 0n ? -SECOND / 2n : SECOND / 2n;
  return new GoDuration(((difference + half) / SECOND) * SECOND).toString();
}

function wholeSeconds(value: GoValue | undefined): bigint {
  return typeof value === "string" && !/^[+-]?\d+$/.test(value) ? 0n : intOf(value);
}

function durationOf(value: GoValue | undefined, now: () => GoTime): bigint {
  if (value instanceof GoTime) return now().nanoseconds - value.nanoseconds;
  if (value instanceof GoDuration) return value.nanoseconds;
  if (typeof value === "bigint") return value;
  if (typeof value !== "string") return 0n;
  return recover(
    () => parseGoDurationNanoseconds(value),
    () => 0n,
  );
}

const HOUR = 3600n * SECOND;
const ROUNDING: readonly (readonly [bigint, string])[] = [
  [365n * 24n * HOUR, "y"],
  [30n * 24n * HOUR, "mo"],
  [24n * HOUR, "d"],
  [HOUR, "h"],
  [60n * SECOND, "m"],
  [SECOND, "s"],
];

function roundDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const unit = ROUNDING.find(([length]) => size > length);
  return unit === undefined ? "0s" : `${size / unit[0]}${unit[1]}`;
}
