// Takes away one part of a cluster after the other, as updates, drains and crashes do, while something runs there.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connectKubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { POD } from "../../src/resources/pod.ts";
import { REAL_CLOCK } from "./real-clock.ts";

export interface Disturbance {
  readonly name: string;
  /** Of the pods that go; of several one each time. */
  readonly labelSelector: string;
  /** Default: of all namespaces. */
  readonly namespace?: string;
  /** How often; default: as often as its turn comes. */
  readonly countMax?: number;
}

export interface DisturbOptions {
  readonly kubeconfig: string;
  readonly disturbances: readonly Disturbance[];
  /** A command that ends the API server and starts it again; empty: that is left out. */
  readonly restartApi: string;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** How often each part was taken away, when the signal has ended it. */
export async function disturbCluster(options: DisturbOptions): Promise<ReadonlyMap<string, number>> {
  const { kubeconfig, signal, restartApi, everyMs } = options;
  const kubernetes = await connectKubernetes({ kubeconfig: { path: kubeconfig } }, { clock: REAL_CLOCK });
  const counts = new Map<string, number>();
  const note = (name: string) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    console.log(`          disturbance       ${name}`);
  };
  const turns = [...options.disturbances, ...(restartApi === "" ? [] : ["API server" as const])];
  try {
    for (let turn = 0; !signal.aborted; turn += 1) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const disturbance = turns[turn % turns.length];
      if (disturbance === "API server") await promisify(execFile)("sh", ["-c", restartApi]);
      else if (disturbance === undefined || isEnough(disturbance, counts)) continue;
      else if (!(await remove(kubernetes.store, disturbance))) continue;
      note(disturbance === "API server" ? disturbance : disturbance.name);
    }
  } finally {
    await kubernetes.close();
  }
  return counts;
}

function isEnough({ name, countMax }: Disturbance, counts: ReadonlyMap<string, number>): boolean {
  return countMax !== undefined && (counts.get(name) ?? 0) >= countMax;
}

/** False when there is none now. */
async function remove(store: ResourceStore, { labelSelector, namespace }: Disturbance): Promise<boolean> {
  const { items } = await store.list(POD, { labelSelector, ...(namespace === undefined ? {} : { namespace }) });
  const pod = items.find(
    ({ status, metadata }) => status?.phase === "Running" && metadata.deletionTimestamp === undefined,
  );
  if (pod === undefined) return false;
  await store.delete(POD, { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name });
  return true;
}
