// Workflows to measure with, and watches that tell when something was first seen.
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import type { Kind } from "../../src/resources/kind.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import type { Template, Workflow } from "../../src/resources/workflow.ts";
import { NAMESPACE } from "./store.ts";

/** As many steps, one after the other, of this template. */
export function stepsWorkflow(name: string, stepCount: number, template: Template): Workflow {
  const steps = Array.from({ length: stepCount }, (_, index) => [{ name: `s${index}`, template: "step" }]);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      entrypoint: "main",
      serviceAccountName: "runyard-workflow",
      automountServiceAccountToken: false,
      templates: [
        { name: "main", steps },
        { ...template, name: "step" },
      ],
    },
  };
}

export function isOver(workflow: Workflow): boolean {
  return workflow.metadata.labels?.["workflows.argoproj.io/completed"] === "true";
}

/** Follows one kind; every waiter is told when the first object of its kind of interest is seen. */
export class Sightings<T extends KubernetesObject> {
  readonly #stop = new AbortController();
  readonly #waiters = new Set<{ readonly fits: (object: T) => boolean; readonly resolve: (at: number) => void }>();
  #ended: Promise<void> = Promise.resolve();

  static async start<T extends KubernetesObject>(store: ResourceStore, kind: Kind<T>): Promise<Sightings<T>> {
    const sightings = new Sightings<T>();
    const { resourceVersion } = await store.list(kind, { limit: 1 });
    sightings.#ended = sightings.#follow(store, kind, resourceVersion);
    return sightings;
  }

  /** When it was seen, on the clock of `performance`; rejects after the time. Changes before the call do not count. */
  async of(fits: (object: T) => boolean, timeoutMs = 30_000): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const waiter = { fits, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(
      () => reject(new Error(`nothing was seen in ${timeoutMs} ms: ${String(fits)}`)),
      timeoutMs,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #follow(store: ResourceStore, kind: Kind<T>, resourceVersion: string): Promise<void> {
    const { signal } = this.#stop;
    try {
      for await (const { type, object } of store.watch(kind, { resourceVersion, signal })) {
        if (type !== "BOOKMARK") this.#tell(object);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #tell(object: T): void {
    for (const { fits, resolve } of this.#waiters) if (fits(object)) resolve(performance.now());
  }
}

/** Creates the workflow and waits for its success. */
export async function runWorkflow(
  store: ResourceStore,
  sightings: Sightings<Workflow>,
  workflow: Workflow,
): Promise<void> {
  const { name } = workflow.metadata;
  let phase: string | undefined;
  const ended = sightings.of((seen) => {
    if (seen.metadata.name !== name || !isOver(seen)) return false;
    phase = seen.status?.phase;
    return true;
  }, 60_000);
  await Promise.all([ended, store.create(WORKFLOW, workflow)]);
  if (phase !== "Succeeded") throw new Error(`${name} ended as ${phase ?? "nothing"}`);
}
