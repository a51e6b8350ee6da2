// Notices that a run has ended or is gone, so that its tokens are revoked even when nobody says so.
import type { Clock } from "../platform/clock.ts";
import { hasCode } from "../platform/errors.ts";
import type { Log } from "../platform/log.ts";
import type { ResourceReader, WatchEvent } from "../platform/resource-store.ts";
import { CODE_RUN, type CodeRun } from "../resources/code-run.ts";
import { DOCS_RUN, type DocsRun } from "../resources/docs-run.ts";
import type { Kind } from "../resources/kind.ts";

type Run = CodeRun | DocsRun;

/** Between two attempts to watch after a failure; doubled up to the maximum. */
const BACKOFF_MS_MIN = 200;
const BACKOFF_MS_MAX = 30_000;

export interface RunWatchOptions {
  readonly store: ResourceReader;
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called with the uid of a run that has ended; maybe several times. */
  onEnded(uid: string): Promise<void>;
}

/** Watches until the signal aborts. */
export async function watchRuns(options: RunWatchOptions): Promise<void> {
  await Promise.all([watchKind<CodeRun>(CODE_RUN, options), watchKind<DocsRun>(DOCS_RUN, options)]);
}

async function watchKind<T extends Run>(kind: Kind<T>, options: RunWatchOptions): Promise<void> {
  const { signal, clock, log } = options;
  let backoffMs = BACKOFF_MS_MIN;
  while (!signal.aborted) {
    try {
      await listAndWatch(kind, options);
      backoffMs = BACKOFF_MS_MIN;
      // A source that closes every watch at once must not be asked without a pause.
      await clock.sleep(BACKOFF_MS_MIN, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (hasCode(error, "Expired")) continue;
      log.write("warn", `watching ${kind.plural} failed and is tried again`, { error: String(error) });
      await clock.sleep(backoffMs, signal).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX);
    }
  }
}

async function listAndWatch<T extends Run>(kind: Kind<T>, options: RunWatchOptions): Promise<void> {
  const { store, namespace, signal } = options;
  const list = await store.list<T>(kind, { namespace });
  for (const run of list.items) await noteRun(run, options);
  const { resourceVersion } = list;
  for await (const event of store.watch<T>(kind, { namespace, resourceVersion, signal }))
    await noteEvent(event, options);
}

async function noteEvent(event: WatchEvent<Run>, options: RunWatchOptions): Promise<void> {
  if (event.type === "BOOKMARK") return;
  if (event.type === "DELETED") await options.onEnded(event.object.metadata.uid ?? "");
  else await noteRun(event.object, options);
}

async function noteRun(run: Run, options: RunWatchOptions): Promise<void> {
  const phase = run.status?.phase;
  if (phase === "Succeeded" || phase === "Failed") await options.onEnded(run.metadata.uid ?? "");
}
