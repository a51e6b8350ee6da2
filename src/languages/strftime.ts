// The time formats of `workflow.creationTimestamp.<character>`: Argo's subset of strftime.
import { formatGoTime } from "./go-time-layout.ts";
import { parseGoTime } from "./go-time-parse.ts";
import { GoTime } from "./go-time.ts";

const layouts: ReadonlyMap<string, string> = new Map([
  ["B", "January"],
  ["b", "Jan"],
  ["m", "01"],
  ["A", "Monday"],
  ["a", "Mon"],
  ["d", "02"],
  ["H", "15"],
  ["I", "03"],
  ["M", "04"],
  ["S", "05"],
  ["Y", "2006"],
  ["y", "06"],
  ["p", "PM"],
  ["Z", "MST"],
  ["z", "-0700"],
  ["L", ".000"],
]);

/** The characters that have a meaning after `%`. */
export const strftimeCharacters: readonly string[] = [...layouts.keys()];

/** A format applied to an RFC 3339 time, in that time's own zone. Unknown directives stay as they are. */
export function formatStrftime(format: string, timestamp: string): string {
  const { nanoseconds, zone } = parseGoTime("2006-01-02T15:04:05Z07:00", timestamp);
  const time = new GoTime(nanoseconds, zone);
  return format.replace(/%([^])/gu, (directive, character: string) => {
    if (character === "%") return "%";
    const layout = layouts.get(character);
    return layout === undefined ? directive : formatGoTime(time, layout);
  });
}
