// Time filters: the event came between two times of day.
import { formatGoTime } from "../../languages/go-time-layout.ts";
import { parseGoTime } from "../../languages/go-time-parse.ts";
import { GoTime } from "../../languages/go-time.ts";
import { loadZone } from "../../languages/go-zone.ts";
import type { TimeFilter } from "../../resources/sensor.ts";
import type { GroupVerdict } from "./combine-verdicts.ts";

const RFC3339 = "2006-01-02T15:04:05.999999999Z07:00";

/** From `start` to before `stop`, over midnight unless it starts before it stops. LanguageError for times that are none. */
export function filterTime({ start, stop, timezone }: TimeFilter, eventTime: string): GroupVerdict {
  const zone = loadZone(timezone ?? "");
  const event = new GoTime(parseGoTime(RFC3339, eventTime).nanoseconds, zone);
  const day = formatGoTime(event, "2006-01-02");
  const at = (clock: string): bigint => parseGoTime("2006-01-02 15:04:05", `${day} ${clock}`, zone).nanoseconds;
  const [from, to] = [at(start), at(stop)];
  const passes =
    to <= from
      ? event.nanoseconds >= from || event.nanoseconds < to
      : event.nanoseconds >= from && event.nanoseconds < to;
  return { passes, reason: `the time ${eventTime} is not between ${start} and ${stop}` };
}
