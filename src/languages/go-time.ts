// Go's time.Time as a value: an instant with nanoseconds, seen in a time zone.
import { parseGoDurationNanoseconds } from "./duration.ts";
import { GoDuration } from "./go-duration.ts";
import { formatGoTime } from "./go-time-layout.ts";
import { UTC_ZONE, type GoZone } from "./go-zone.ts";
import { GoObject, type GoValue } from "./go-value.ts";
import { LanguageError } from "./language-error.ts";

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
/** 0001-01-01T00:00:00Z, Go's zero time. */
const ZERO_SECONDS = -62_135_596_800n;
const RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00";
const STRING_LAYOUT = "2006-01-02 15:04:05.999999999 -0700 MST";

export class GoTime extends GoObject {
  readonly goType = "time.Time";
  /** Since the Unix epoch. */
  readonly nanoseconds: bigint;
  readonly zone: GoZone;

  constructor(nanoseconds: bigint, zone: GoZone = UTC_ZONE) {
    super();
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }

  static fromMilliseconds(milliseconds: number, zone: GoZone = UTC_ZONE): GoTime {
    return new GoTime(BigInt(Math.round(milliseconds * 1000)) * 1000n, zone);
  }

  static zero(): GoTime {
    return new GoTime(ZERO_SECONDS * NANOSECONDS_PER_SECOND);
  }

  get seconds(): bigint {
    const floor = this.nanoseconds / NANOSECONDS_PER_SECOND;
    return this.nanoseconds % NANOSECONDS_PER_SECOND < 0n ? floor - 1n : floor;
  }

  /** Within the second, 0 to 999999999. */
  get fraction(): bigint {
    return this.nanoseconds - this.seconds * NANOSECONDS_PER_SECOND;
  }

  /** The wall clock in the zone, as the UTC fields of a Date. */
  wallClock(): Date {
    const milliseconds = Number(this.seconds) * 1000;
    return new Date(milliseconds + this.zone.offsetSeconds(milliseconds) * 1000);
  }

  in(zone: GoZone): GoTime {
    return new GoTime(this.nanoseconds, zone);
  }

  add(nanoseconds: bigint): GoTime {
    return new GoTime(this.nanoseconds + nanoseconds, this.zone);
  }

  override toString(): string {
    return formatGoTime(this, STRING_LAYOUT);
  }

  override toJsonValue(): GoValue {
    return formatGoTime(this, RFC3339_NANO);
  }

  override method(name: string): ((...args: readonly GoValue[]) => GoValue) | undefined {
    const field = FIELDS.get(name);
    if (field !== undefined) return () => field(this);
    const operation = OPERATIONS.get(name);
    return operation === undefined ? undefined : (...args) => operation(this, args);
  }
}

/** A named integer such as time.Month, which prints as its name. */
export class GoNamedInt extends GoObject {
  readonly goType: string;
  readonly value: bigint;
  readonly name: string;

  constructor(goType: string, value: bigint, name: string) {
    super();
    this.goType = goType;
    this.value = value;
    this.name = name;
  }

  override toString(): string {
    return this.name;
  }

  override toJsonValue(): GoValue {
    return this.value;
  }

  override method(name: string): (() => GoValue) | undefined {
    return name === "String" ? () => this.name : undefined;
  }
}

const FIELDS: ReadonlyMap<string, (time: GoTime) => GoValue> = new Map<string, (time: GoTime) => GoValue>([
  ["Year", (time) => BigInt(time.wallClock().getUTCFullYear())],
  [
    "Month",
    (time) => new GoNamedInt("time.Month", BigInt(time.wallClock().getUTCMonth() + 1), formatGoTime(time, "January")),
  ],
  ["Day", (time) => BigInt(time.wallClock().getUTCDate())],
  [
    "Weekday",
    (time) => new GoNamedInt("time.Weekday", BigInt(time.wallClock().getUTCDay()), formatGoTime(time, "Monday")),
  ],
  ["YearDay", (time) => BigInt(formatGoTime(time, "002"))],
  ["Hour", (time) => BigInt(time.wallClock().getUTCHours())],
  ["Minute", (time) => BigInt(time.wallClock().getUTCMinutes())],
  ["Second", (time) => BigInt(time.wallClock().getUTCSeconds())],
  ["Nanosecond", (time) => time.fraction],
  ["Unix", (time) => time.seconds],
  ["UnixMilli", (time) => time.seconds * 1000n + time.fraction / 1_000_000n],
  ["UnixMicro", (time) => time.seconds * 1_000_000n + time.fraction / 1000n],
  ["UnixNano", (time) => time.nanoseconds],
  ["UTC", (time) => time.in(UTC_ZONE)],
  ["Local", (time) => time.in(UTC_ZONE)],
  ["IsZero", (time) => time.nanoseconds === GoTime.zero().nanoseconds],
  ["String", (time) => time.toString()],
]);

const OPERATIONS: ReadonlyMap<string, (time: GoTime, args: readonly GoValue[]) => GoValue> = new Map<
  string,
  (time: GoTime, args: readonly GoValue[]) => GoValue
>([
  ["Format", (time, [layout]) => formatGoTime(time, textOf(layout))],
  ["Add", (time, [duration]) => time.add(durationOf(duration))],
  ["Sub", (time, [other]) => new GoDuration(time.nanoseconds - timeOf(other).nanoseconds)],
  ["Before", (time, [other]) => time.nanoseconds < timeOf(other).nanoseconds],
  ["After", (time, [other]) => time.nanoseconds > timeOf(other).nanoseconds],
  ["Equal", (time, [other]) => time.nanoseconds === timeOf(other).nanoseconds],
  ["Compare", (time, [other]) => compare(time.nanoseconds, timeOf(other).nanoseconds)],
  ["AddDate", addDate],
  ["Truncate", (time, [duration]) => time.add(-remainder(time, durationOf(duration)))],
]);

function compare(left: bigint, right: bigint): bigint {
  if (left === right) return 0n;
  return left < right ? -1n : 1n;
}

/** Years, months and days on the wall clock of the zone, normalised as Go does (October 32 is November 1). */
function addDate(time: GoTime, args: readonly GoValue[]): GoTime {
  const [years = 0, months = 0, days = 0] = [0, 1, 2].map((at) =>
    typeof args[at] === "bigint" ? Number(args[at]) : Number.NaN,
  );
  const wall = time.wallClock();
  wall.setUTCFullYear(wall.getUTCFullYear() + years, wall.getUTCMonth() + months, wall.getUTCDate() + days);
  if (Number.isNaN(wall.getTime())) throw new LanguageError("AddDate needs three integers");
  const guess = wall.getTime() - time.zone.offsetSeconds(wall.getTime()) * 1000;
  const seconds = (wall.getTime() - time.zone.offsetSeconds(guess) * 1000) / 1000;
  return new GoTime(BigInt(seconds) * NANOSECONDS_PER_SECOND + time.fraction, time.zone);
}

/** Go truncates since its zero time, not since the Unix epoch. */
function remainder(time: GoTime, step: bigint): bigint {
  return step <= 0n ? 0n : (time.nanoseconds - ZERO_SECONDS * NANOSECONDS_PER_SECOND) % step;
}

function textOf(value: GoValue | undefined): string {
  if (typeof value !== "string") throw new LanguageError("a string was expected");
  return value;
}

function timeOf(value: GoValue | undefined): GoTime {
  if (!(value instanceof GoTime)) throw new LanguageError("a time.Time was expected");
  return value;
}

function durationOf(value: GoValue | undefined): bigint {
  if (value instanceof GoDuration) return value.nanoseconds;
  if (typeof value === "bigint") return value;
  if (typeof value === "string") return parseGoDurationNanoseconds(value);
  throw new LanguageError("a time.Duration was expected");
}
