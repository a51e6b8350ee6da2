// Locks as one workflow uses them during a pass: takes and gives back, and keeps status.synchronization in step.
import type {
  MutexHolding,
  SemaphoreHolding,
  Synchronization,
  SynchronizationStatus,
} from "../../resources/workflow.ts";
import type { Facts } from "./facts.ts";
import { release, releaseWorkflow, tryAcquire, type Acquisition, type LockDraft, type Locks } from "./locks.ts";
import { StepError } from "./step-error.ts";

interface LockItem {
  readonly name: string;
  readonly kind: "semaphore" | "mutex";
  /** Where the limit of a semaphore stands. */
  readonly configMap?: { readonly namespace: string; readonly name: string; readonly key: string };
}

export interface LockOwner {
  readonly namespace: string;
  readonly name: string;
  readonly priority: number;
  readonly createdAt: number;
}

export class PassLocks {
  readonly #draft: LockDraft;
  readonly #facts: Facts;
  readonly #owner: LockOwner;
  readonly #holding = new Map<string, { kind: LockItem["kind"]; holders: readonly string[] }>();
  /** Who of this workflow waits, by lock. */
  readonly #waiting = new Map<string, { kind: LockItem["kind"]; waiters: Set<string>; holders: readonly string[] }>();

  constructor(draft: LockDraft, facts: Facts, owner: LockOwner, status: SynchronizationStatus | undefined) {
    this.#draft = draft;
    this.#facts = facts;
    this.#owner = owner;
    for (const { name, kind, holders } of recorded(status, "holding")) this.#holding.set(name, { kind, holders });
    for (const { name, kind, holders } of recorded(status, "waiting")) {
      this.#waiting.set(name, { kind, waiters: this.#waitersOf(name), holders });
    }
  }

  get changes(): Locks {
    return this.#draft.changes;
  }

  /** Without a node id it is the workflow's own request. StepError when the configuration is wrong. */
  tryAcquire(synchronization: Synchronization, nodeId?: string): Acquisition {
    const items = this.#itemsOf(synchronization);
    const holder = this.#holderOf(nodeId);
    const result = tryAcquire(this.#draft, {
      holder,
      wanted: items.map((item) => ({ name: item.name, limit: this.#limitOf(item) })),
      priority: this.#owner.priority,
      createdAt: this.#owner.createdAt,
    });
    for (const { name, kind } of items) {
      if (result.isAcquired) this.#recordHold(name, kind, holder);
      else this.#recordWait(name, kind, holder);
    }
    return result;
  }

  /** Gives back all that a node holds or waits for. */
  releaseNode(nodeId: string): void {
    const holder = this.#holderOf(nodeId);
    for (const [name, { kind, holders }] of this.#holding) {
      if (!holders.includes(holder)) continue;
      release(this.#draft, name, holder);
      const rest = holders.filter((each) => each !== holder);
      if (rest.length === 0) this.#holding.delete(name);
      else this.#holding.set(name, { kind, holders: rest });
    }
    for (const [name, { waiters }] of this.#waiting) {
      if (!waiters.delete(holder)) continue;
      release(this.#draft, name, holder);
      if (waiters.size === 0) this.#waiting.delete(name);
    }
  }

  /** The workflow has ended. */
  releaseAll(): void {
    releaseWorkflow(this.#draft, this.#holderOf(undefined));
    this.#holding.clear();
    this.#waiting.clear();
  }

  /** Undefined when nothing is held or waited for. */
  toStatus(): SynchronizationStatus | undefined {
    const holdingOf = (kind: LockItem["kind"]) => [...this.#holding].filter(([, entry]) => entry.kind === kind);
    const waitingOf = (kind: LockItem["kind"]) => [...this.#waiting].filter(([, entry]) => entry.kind === kind);
    const semaphore = {
      ...listField("holding", holdingOf("semaphore"), describeSemaphore),
      ...listField("waiting", waitingOf("semaphore"), describeSemaphore),
    };
    const mutex = {
      ...listField("holding", holdingOf("mutex"), describeMutex),
      ...listField("waiting", waitingOf("mutex"), describeMutex),
    };
    const status = {
      ...(Object.keys(semaphore).length === 0 ? {} : { semaphore }),
      ...(Object.keys(mutex).length === 0 ? {} : { mutex }),
    };
    return Object.keys(status).length === 0 ? undefined : status;
  }

  #itemsOf(synchronization: Synchronization): readonly LockItem[] {
    const own = this.#owner.namespace;
    const semaphores = (synchronization.semaphores ?? []).map(({ configMapKeyRef, namespace = own }): LockItem => {
      if (configMapKeyRef === undefined) throw new StepError("requested configuration is invalid: no configMapKeyRef");
      const { name, key } = configMapKeyRef;
      const configMap = { namespace, name, key };
      return { name: `${namespace}/ConfigMap/${name}/${key}`, kind: "semaphore", configMap };
    });
    const mutexes = (synchronization.mutexes ?? []).map(({ name = "", namespace = own }): LockItem => ({
      name: `${namespace}/Mutex/${name}`,
      kind: "mutex",
    }));
    const items = [...semaphores, ...mutexes];
    if (new Set(items.map(({ name }) => name)).size < items.length) {
      throw new StepError("requested configuration is invalid: duplicate synchronization item found");
    }
    return items;
  }

  #limitOf({ name, configMap }: LockItem): number {
    if (configMap === undefined) return 1;
    const text = this.#facts.configMap(configMap.namespace, configMap.name)?.data?.[configMap.key];
    const limit = text !== undefined && /^\s*[0-9]+\s*$/.test(text) ? Number(text) : 0;
    if (limit === 0 && !this.#draft.has(name)) {
      throw new StepError(`failed to initialize semaphore ${name} with limit`);
    }
    return limit;
  }

  #recordHold(name: string, kind: LockItem["kind"], holder: string): void {
    const holders = this.#holding.get(name)?.holders ?? [];
    if (!holders.includes(holder)) this.#holding.set(name, { kind, holders: [...holders, holder] });
    const waiting = this.#waiting.get(name);
    waiting?.waiters.delete(holder);
    if (waiting?.waiters.size === 0) this.#waiting.delete(name);
  }

  #recordWait(name: string, kind: LockItem["kind"], holder: string): void {
    const waiters = this.#waiting.get(name)?.waiters ?? new Set<string>();
    waiters.add(holder);
    this.#waiting.set(name, { kind, waiters, holders: this.#draft.get(name).holders });
  }

  /** After a restart the queues are empty; whoever still waits joins again. */
  #waitersOf(name: string): Set<string> {
    const own = this.#holderOf(undefined);
    const waiting = this.#draft.get(name).queue.map(({ holder }) => holder);
    return new Set(waiting.filter((holder) => holder === own || holder.startsWith(`${own}/`)));
  }

  #holderOf(nodeId: string | undefined): string {
    const key = `${this.#owner.namespace}/${this.#owner.name}`;
    return nodeId === undefined ? key : `${key}/${nodeId}`;
  }
}

function recorded(
  status: SynchronizationStatus | undefined,
  list: "holding" | "waiting",
): readonly { readonly name: string; readonly kind: LockItem["kind"]; readonly holders: readonly string[] }[] {
  const { semaphore, mutex } = status ?? {};
  const semaphores = (semaphore?.[list] ?? []).map(
    ({ semaphore: name, holders = [] }) => ({ name, kind: "semaphore", holders }) as const,
  );
  const mutexes = (mutex?.[list] ?? []).map(
    ({ mutex: name, holder }) => ({ name, kind: "mutex", holders: [holder] }) as const,
  );
  return [...semaphores, ...mutexes];
}

type HeldLock = readonly [name: string, { readonly holders: readonly string[] }];

function describeSemaphore([semaphore, { holders }]: HeldLock): SemaphoreHolding {
  return { semaphore, holders };
}

/** While a lock that is free is kept for who waits in front, nobody holds it. */
function describeMutex([mutex, { holders }]: HeldLock): MutexHolding {
  return { mutex, holder: holders[0] ?? "" };
}

function listField<Entry, Item>(
  name: "holding" | "waiting",
  entries: readonly Entry[],
  describe: (entry: Entry) => Item,
): Partial<Record<"holding" | "waiting", readonly Item[]>> {
  return entries.length === 0 ? {} : { [name]: entries.map(describe) };
}
