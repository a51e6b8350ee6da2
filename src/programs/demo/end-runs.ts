// Ends whatever still runs in the engine, so that no process outlives the demonstration: its workflows, runs and pods are
// deleted, and the pods' ends awaited.
import { setTimeout as sleep } from "node:timers/promises";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN } from "../../resources/code-run.ts";
import { DOCS_RUN } from "../../resources/docs-run.ts";
import { JOB } from "../../resources/job.ts";
import type { Kind } from "../../resources/kind.ts";
import { keyOf } from "../../resources/object-meta.ts";
import { POD } from "../../resources/pod.ts";

const WAIT_MS_MAX = 20_000;
const LOOK_EVERY_MS = 100;
const KINDS: readonly Kind[] = [WORKFLOW, CODE_RUN, DOCS_RUN, JOB, POD];

export async function endRuns(store: ResourceStore): Promise<void> {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    for (const kind of KINDS) await deleteAll(store, kind);
    const { items } = await store.list(POD);
    if (items.length === 0 || Date.now() > deadline) return;
    await sleep(LOOK_EVERY_MS);
  }
}

async function deleteAll(store: ResourceStore, kind: Kind): Promise<void> {
  const { items } = await store.list(kind);
  for (const object of items) {
    if (object.metadata.deletionTimestamp !== undefined) continue;
    // Another owner's clean-up may have been faster.
    await store.delete(kind, keyOf(object), { propagationPolicy: "Background" }).catch(() => undefined);
  }
}
