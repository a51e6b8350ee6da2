// Semaphores and mutexes over all workflows, as plain data: who holds, who waits, who is next.
// Rules of Argo: a queue per lock by priority, then age of the workflow; only the front one may take a slot, and nodes of
// the same workflow as the front one; several locks are taken all at once or not at all; who already holds may go on.

export interface Lock {
  readonly holders: readonly string[];
  /** In order: the first is next. */
  readonly queue: readonly Waiter[];
}

export interface Waiter {
  readonly holder: string;
  readonly priority: number;
  /** Creation time of the workflow, milliseconds. */
  readonly createdAt: number;
}

/** Locks by name: `<namespace>/ConfigMap/<name>/<key>` or `<namespace>/Mutex/<name>`. */
export type Locks = ReadonlyMap<string, Lock>;

export interface LockRequest {
  /** `<namespace>/<workflow>` or `<namespace>/<workflow>/<node id>`. */
  readonly holder: string;
  readonly wanted: readonly WantedLock[];
  readonly priority: number;
  readonly createdAt: number;
}

export interface WantedLock {
  readonly name: string;
  /** Slots of the lock. */
  readonly limit: number;
}

export type Acquisition =
  | { readonly isAcquired: true }
  | { readonly isAcquired: false; readonly waitingFor: string; readonly message: string };

const emptyLock: Lock = { holders: [], queue: [] };

/** Changes on top of the locks of a moment; the moment itself stays as it was. */
export class LockDraft {
  readonly #base: Locks;
  readonly #changes = new Map<string, Lock>();

  constructor(base: Locks) {
    this.#base = base;
  }

  get changes(): Locks {
    return this.#changes;
  }

  get(name: string): Lock {
    return this.#changes.get(name) ?? this.#base.get(name) ?? emptyLock;
  }

  has(name: string): boolean {
    return this.#changes.has(name) || this.#base.has(name);
  }

  set(name: string, lock: Lock): void {
    this.#changes.set(name, lock);
  }

  names(): ReadonlySet<string> {
    return new Set([...this.#base.keys(), ...this.#changes.keys()]);
  }
}

/** Takes all locks of the request, or joins every queue. */
export function tryAcquire(draft: LockDraft, request: LockRequest): Acquisition {
  for (const { name } of request.wanted) {
    joinQueue(draft, name, request);
  }
  const blocked = request.wanted.find(({ name, limit }) => !canTake(draft.get(name), request.holder, limit));
  if (blocked !== undefined) {
    const { name, limit } = blocked;
    const free = limit - draft.get(name).holders.length;
    const message = `Waiting for ${name} lock. Lock status: ${free}/${limit}`;
    return { isAcquired: false, waitingFor: name, message };
  }
  for (const { name } of request.wanted) {
    const { holders, queue } = draft.get(name);
    if (holders.includes(request.holder)) continue;
    const isOther = (waiter: Waiter): boolean => waiter.holder !== request.holder;
    draft.set(name, { holders: [...holders, request.holder], queue: queue.filter(isOther) });
  }
  return { isAcquired: true };
}

/** Gives the lock back, or leaves its queue. Nothing happens when neither held nor waited for. */
export function release(draft: LockDraft, name: string, holder: string): void {
  const { holders, queue } = draft.get(name);
  if (!holders.includes(holder) && !queue.some((waiter) => waiter.holder === holder)) return;
  draft.set(name, {
    holders: holders.filter((each) => each !== holder),
    queue: queue.filter((waiter) => waiter.holder !== holder),
  });
}

/** Everything that a workflow or its nodes hold or wait for; used when it has ended or is gone. */
export function releaseWorkflow(draft: LockDraft, workflowKey: string): void {
  for (const name of draft.names()) {
    const { holders, queue } = draft.get(name);
    const own = [...holders, ...queue.map((waiter) => waiter.holder)].filter(
      (each) => workflowOf(each) === workflowKey,
    );
    for (const holder of own) {
      release(draft, name, holder);
    }
  }
}

/** Records a hold that was persisted, even beyond the limit: what runs, runs. */
export function restoreHolder(draft: LockDraft, name: string, holder: string): void {
  const { holders, queue } = draft.get(name);
  if (!holders.includes(holder)) draft.set(name, { holders: [...holders, holder], queue });
}

/** Workflows at the front of changed locks, which may be able to go on now. */
export function workflowsToWake(changes: Locks): readonly string[] {
  const keys = [...changes.values()].flatMap(({ queue }) =>
    queue.slice(0, 1).map((waiter) => workflowOf(waiter.holder)),
  );
  return [...new Set(keys)];
}

/** `<namespace>/<workflow>` of a holder. */
export function workflowOf(holder: string): string {
  return holder.split("/", 2).join("/");
}

function joinQueue(draft: LockDraft, name: string, { holder, priority, createdAt }: LockRequest): void {
  const { holders, queue } = draft.get(name);
  if (holders.includes(holder) || queue.some((waiter) => waiter.holder === holder)) return;
  const isBehind = (waiter: Waiter): boolean =>
    waiter.priority < priority || (waiter.priority === priority && waiter.createdAt > createdAt);
  const found = queue.findIndex(isBehind);
  const at = found === -1 ? queue.length : found;
  draft.set(name, { holders, queue: [...queue.slice(0, at), { holder, priority, createdAt }, ...queue.slice(at)] });
}

function canTake(lock: Lock, holder: string, limit: number): boolean {
  if (lock.holders.includes(holder)) return true;
  const front = lock.queue[0];
  return lock.holders.length < limit && (front === undefined || isSameWorkflow(front.holder, holder));
}

/** Argo compares the workflow's name only, and only between holders of the same level. */
function isSameWorkflow(left: string, right: string): boolean {
  const [leftParts, rightParts] = [left.split("/"), right.split("/")];
  return leftParts.length === rightParts.length && leftParts[1] === rightParts[1];
}
