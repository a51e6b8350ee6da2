// `workflow.creationTimestamp` in every form. The texts of a time never change, so they are made once and not in every pass.
import { formatStrftime, strftimeCharacters } from "../../languages/strftime.ts";

const REMEMBERED_MAX = 256;
const remembered = new Map<string, ReadonlyMap<string, string>>();

/** Variables by name. */
export function creationTimes(timestamp: string): ReadonlyMap<string, string> {
  const known = remembered.get(timestamp);
  if (known !== undefined) return known;
  const times = new Map([
    ["workflow.creationTimestamp", timestamp],
    ["workflow.creationTimestamp.RFC3339", timestamp],
    ["workflow.creationTimestamp.s", String(Math.floor(Date.parse(timestamp) / 1000))],
  ]);
  for (const character of strftimeCharacters) {
    times.set(`workflow.creationTimestamp.${character}`, formatStrftime(`%${character}`, timestamp));
  }
  const oldest = remembered.keys().next();
  if (remembered.size >= REMEMBERED_MAX && oldest.done !== true) remembered.delete(oldest.value);
  remembered.set(timestamp, times);
  return times;
}
