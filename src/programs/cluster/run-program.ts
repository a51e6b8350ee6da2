// How a program of the cluster lives and ends: until it is told to stop, or until what it cannot do without is missing. The
// kubelet shows the last line to whoever asks why it does not start.
import { PlatformError } from "../../platform/errors.ts";
import type { Log } from "../../platform/log.ts";

const EXIT_CODE_FAILED = 1;

/** Ends the process. The signal aborts when it is told to stop; `run` then closes what it opened. */
export async function runProgram(log: Log, run: (signal: AbortSignal) => Promise<void>): Promise<never> {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.once(name, () => stop.abort(new Error(`the program was told to stop (${name})`)));
  }
  try {
    await run(stop.signal);
    log.write("info", "the program ends");
    process.exit(0);
  } catch (error) {
    if (stop.signal.aborted && error === stop.signal.reason) process.exit(0);
    const refused = error instanceof PlatformError ? { code: error.code, fix: error.hint } : { error };
    log.write("error", error instanceof Error ? error.message : String(error), refused);
    process.exit(EXIT_CODE_FAILED);
  }
}
