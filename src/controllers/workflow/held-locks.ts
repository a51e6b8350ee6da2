// The locks of all workflows of the store, in this process: rebuilt from what the workflows recorded, then kept by their
// decisions, which are applied without anything in between.
import {
  LockDraft,
  releaseWorkflow,
  restoreHolder,
  workflowsToWake,
  type Lock,
  type Locks,
} from "../../argo/workflow/locks.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import type { Workflow } from "../../resources/workflow.ts";
import { WORKFLOW_LABELS } from "./pod-annotations.ts";

export class HeldLocks {
  readonly #locks = new Map<string, Lock>();
  #restored: Promise<void> | undefined;

  get current(): Locks {
    return this.#locks;
  }

  /** Once: every recorded hold of a workflow that has not ended, even beyond the limit. */
  async restore(store: ResourceReader): Promise<void> {
    this.#restored ??= this.#readHolders(store);
    try {
      await this.#restored;
    } catch (error) {
      this.#restored = undefined;
      throw error;
    }
  }

  /** Must follow the decision at once. Returns the workflows that may be able to go on. */
  apply(changes: Locks): readonly string[] {
    for (const [name, lock] of changes) {
      if (lock.holders.length === 0 && lock.queue.length === 0) this.#locks.delete(name);
      else this.#locks.set(name, lock);
    }
    return workflowsToWake(changes);
  }

  /**
   * The stored workflow holds what it records. It may be gone from here when a pass gave it back but could not be stored;
   * what such a pass took stays held, because its actions were taken.
   */
  keep(workflow: Workflow): void {
    const missing = recordedHolds(workflow).filter(
      ([name, holder]) => this.#locks.get(name)?.holders.includes(holder) !== true,
    );
    if (missing.length === 0) return;
    const draft = new LockDraft(this.#locks);
    for (const [name, holder] of missing) restoreHolder(draft, name, holder);
    this.apply(draft.changes);
  }

  /** A workflow that was deleted holds nothing and waits for nothing. */
  forget(workflowKey: string): readonly string[] {
    const draft = new LockDraft(this.#locks);
    releaseWorkflow(draft, workflowKey);
    return this.apply(draft.changes);
  }

  async #readHolders(store: ResourceReader): Promise<void> {
    const { items } = await store.list(WORKFLOW, { labelSelector: `${WORKFLOW_LABELS.completed}=false` });
    const draft = new LockDraft(this.#locks);
    for (const workflow of items) {
      for (const [name, holder] of recordedHolds(workflow)) restoreHolder(draft, name, holder);
    }
    this.apply(draft.changes);
  }
}

function recordedHolds({ status }: Workflow): readonly (readonly [name: string, holder: string])[] {
  const { semaphore, mutex } = status?.synchronization ?? {};
  const semaphores = (semaphore?.holding ?? []).flatMap(({ semaphore: name, holders = [] }) =>
    holders.map((holder) => [name, holder] as const),
  );
  return [...semaphores, ...(mutex?.holding ?? []).map(({ mutex: name, holder }) => [name, holder] as const)];
}
