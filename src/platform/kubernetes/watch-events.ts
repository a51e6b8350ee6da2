// Cuts the stream of a watch into its events: one JSON object per line.
import { PlatformError } from "../errors.ts";

/** The longest event that is taken; an object on a cluster is at most 1.5 MiB in etcd. */
export const EVENT_BYTES_MAX = 64 * 1024 * 1024;

export interface RawWatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** The events of a stream. A line that is no event fails as Internal; a last line without its end was cut off. */
export async function* parseWatchEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<RawWatchEvent, void> {
  let pending: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      const line = Buffer.concat([...pending, rest.subarray(0, end)]).toString("utf8");
      pending = [];
      length = 0;
      rest = rest.subarray(end + 1);
      if (line.trim() !== "") yield parseLine(line);
    }
    length += rest.byteLength;
    if (length > EVENT_BYTES_MAX) throw broken(`an event is longer than ${EVENT_BYTES_MAX} bytes`);
    pending.push(rest);
  }
}

const NEWLINE = 0x0a;

function parseLine(line: string): RawWatchEvent {
  try {
    const event = JSON.parse(line) as Partial<RawWatchEvent>;
    if (typeof event.type === "string" && typeof event.object === "object") return event as RawWatchEvent;
  } catch {
    throw broken("a line of the watch is not JSON");
  }
  throw broken("a line of the watch is no event");
}

function broken(message: string): PlatformError {
  return new PlatformError({ code: "Internal", message });
}
