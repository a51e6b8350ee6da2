// Logs of pods that supervisors keep. A supervisor knows lines and their times; "since" is decided here.
import type { Clock } from "../clock.ts";
import type { LogSource } from "../log-source.ts";
import type { PodRunner } from "../pod-runner.ts";

/** A log source over the pod runner of one machine. */
export function createPodLogSource(runner: Pick<PodRunner, "logs">, clock: Pick<Clock, "now">): LogSource {
  return {
    read({ uid, container, follow, tailLines, sinceSeconds, timestamps, signal }) {
      const isTimed = timestamps === true;
      const chunks = runner.logs(uid, container, {
        ...(follow !== undefined && { follow }),
        ...(tailLines !== undefined && { tailLines }),
        ...(signal !== undefined && { signal }),
        timestamps: isTimed || sinceSeconds !== undefined,
      });
      if (sinceSeconds === undefined) return chunks;
      return since(chunks, { from: clock.now() - sinceSeconds * 1000, isTimed });
    },
  };
}

const NEWLINE = 0x0a;
const SPACE = 0x20;

/** Lines that begin with a time not before `from`, with or without that time. */
async function* since(
  chunks: AsyncIterable<Uint8Array>,
  { from, isTimed }: { readonly from: number; readonly isTimed: boolean },
): AsyncGenerator<Uint8Array, void> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    yield* select(bytes.subarray(0, end), from, isTimed);
  }
  yield* select(rest, from, isTimed);
}

function* select(bytes: Uint8Array, from: number, isTimed: boolean): Generator<Uint8Array, void> {
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    const line = bytes.subarray(start, end);
    const space = line.indexOf(SPACE);
    const time = Date.parse(Buffer.from(line.subarray(0, Math.max(space, 0))).toString("latin1"));
    if (time >= from) yield isTimed ? line : line.subarray(space + 1);
    start = end;
  }
}
