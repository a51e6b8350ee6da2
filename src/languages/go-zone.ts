// Time zones by IANA name, as Go's time.LoadLocation knows them. "Local" is UTC: pods have no other zone.
import { LanguageError } from "./language-error.ts";

export interface GoZone {
  readonly name: string;
  /** East of UTC at the instant (milliseconds since the epoch). */
  offsetSeconds(epochMs: number): number;
  /** `CET`, `EST`, `+07`. */
  abbreviation(epochMs: number): string;
}

export const UTC_ZONE: GoZone = { name: "UTC", offsetSeconds: () => 0, abbreviation: () => "UTC" };

/** LanguageError for a name that the IANA database does not have. */
export function loadZone(name: string): GoZone {
  if (name === "" || name === "UTC" || name === "Local") return UTC_ZONE;
  if (/^[+-]/.test(name)) throw new LanguageError(`unknown time zone ${name}`);
  try {
    const clock = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
    return { name, offsetSeconds: (at) => offsetAt(clock, at), abbreviation: (at) => abbreviationAt(name, at) };
  } catch (cause) {
    throw new LanguageError(`unknown time zone ${name}`, { cause });
  }
}

/** A zone that a text such as `+02:00` names. */
export function fixedZone(offsetSeconds: number, name = ""): GoZone {
  return { name, offsetSeconds: () => offsetSeconds, abbreviation: () => name || offsetText(offsetSeconds, "") };
}

/** `+0200` or `+02:00`. */
export function offsetText(offsetSeconds: number, colon: "" | ":"): string {
  const size = Math.abs(offsetSeconds);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${offsetSeconds < 0 ? "-" : "+"}${two(size / 3600)}${colon}${two((size % 3600) / 60)}`;
}

function offsetAt(clock: Intl.DateTimeFormat, epochMs: number): number {
  const text = String(clock.formatToParts(epochMs).find((part) => part.type === "timeZoneName")?.value);
  // A bare `GMT` has none of these parts.
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = text.split(/^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/);
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}

/** American and British texts together know the letters that the IANA database has for most zones. */
function abbreviationAt(timeZone: string, epochMs: number): string {
  for (const locale of ["en-US", "en-GB"]) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" }).formatToParts(epochMs);
    const text = String(parts.find((part) => part.type === "timeZoneName")?.value);
    if (/^[A-Z]{3,4}$/.test(text)) return text;
    const offset = /^(?:GMT|UTC)([+-])(\d+)(?::(\d\d))?$/.exec(text);
    if (offset !== null && locale === "en-GB") return `${offset[1]}${offset[2]?.padStart(2, "0")}${offset[3] ?? ""}`;
  }
  return "UTC";
}
