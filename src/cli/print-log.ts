// The logs of pods on one output: whole lines, each with where it comes from when there are several sources.
import type { LogRequest } from "../platform/log-source.ts";
import { keyOf } from "../resources/object-meta.ts";
import { type Pod, POD } from "../resources/pod.ts";
import type { Clock } from "../platform/clock.ts";
import { hasCode } from "../platform/errors.ts";
import type { Output, Server } from "./command.ts";
import { containersOf, hasEnded, hasStarted } from "./pods-of.ts";

export interface LogPrinting {
  readonly server: Pick<Server, "store" | "logs">;
  readonly clock: Clock;
  readonly out: Output;
  readonly signal: AbortSignal;
  readonly follow: boolean;
  /** Absent: all, in their order. */
  readonly container?: string;
  readonly read: Pick<LogRequest, "tailLines" | "sinceSeconds" | "timestamps">;
}

/** How often a container that has not begun is looked at. */
const START_POLL_MS = 500;

/** Prints the containers of a pod one after the other; the number of those that had begun. */
export async function printPodLog(
  pod: Pod,
  printing: LogPrinting,
  prefixOf: (container: string) => string,
): Promise<number> {
  const { container, follow } = printing;
  const names = container === undefined ? containersOf(pod).map(({ name }) => name) : [container];
  let begun = 0;
  for (const name of names) {
    const isReadable = follow ? await awaitStart(pod, name, printing) : hasStarted(pod, name);
    if (!isReadable) continue;
    begun += 1;
    await printContainer(pod, name, { printing, prefix: prefixOf(name) });
  }
  return begun;
}

/** False when it will never begin. */
async function awaitStart(pod: Pod, container: string, { server, clock, signal }: LogPrinting): Promise<boolean> {
  let current: Pod | undefined = pod;
  while (!signal.aborted && current !== undefined && current.metadata.uid === pod.metadata.uid) {
    if (hasStarted(current, container)) return true;
    if (hasEnded(current)) return false;
    await clock.sleep(START_POLL_MS, signal).catch(() => undefined);
    current = signal.aborted ? undefined : await server.store.get(POD, keyOf(pod));
  }
  return false;
}

async function printContainer(
  pod: Pod,
  container: string,
  { printing, prefix }: { readonly printing: LogPrinting; readonly prefix: string },
): Promise<void> {
  const { server, out, signal, follow, read } = printing;
  const decoder = new TextDecoder();
  let rest = "";
  const request = { pod: keyOf(pod), uid: pod.metadata.uid ?? "", container, follow, signal, ...read };
  try {
    for await (const chunk of server.logs.read(request)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) out.write(lines.map((line) => `${prefix}${line}\n`).join(""));
    }
  } catch (error) {
    // The pod was removed, or Ctrl-C was pressed, while its log was read.
    if (!signal.aborted && !(follow && hasCode(error, "NotFound"))) throw error;
  }
  rest += decoder.decode();
  if (rest !== "") out.write(`${prefix}${rest}\n`);
}
