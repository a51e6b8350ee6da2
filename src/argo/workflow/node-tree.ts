// The nodes of one workflow during one pass. The stored records are never changed: a node is replaced by a new record,
// and the whole tree is written back at the end. Counts per boundary are kept, so that parallelism costs no scan.
import { kubernetesTime } from "../../resources/object-meta.ts";
import type { NodePhase, NodeStatus } from "../../resources/workflow.ts";
import { displayNameOf, nodeIdOf } from "./names.ts";

export type NewNode = Pick<NodeStatus, "name" | "type" | "phase"> &
  Partial<Pick<NodeStatus, "templateName" | "templateRef" | "templateScope" | "nodeFlag" | "inputs" | "outputs">> & {
    readonly boundaryId?: string | undefined;
    readonly message?: string | undefined;
  };

/** Active: pending or running pods, steps and DAGs directly below a boundary. Unsuccessful: those that failed or erred. */
export interface BoundaryCounts {
  readonly active: number;
  readonly unsuccessful: number;
}

export class NodeTree {
  readonly #workflowName: string;
  readonly #time: string;
  readonly #nodes = new Map<string, NodeStatus>();
  readonly #ids = new Map<string, string>();
  readonly #children = new Map<string, Set<string>>();
  readonly #boundaries = new Map<string, Set<string>>();
  readonly #counts = new Map<string, { active: number; unsuccessful: number }>();

  constructor(workflowName: string, nodes: Readonly<Record<string, NodeStatus>>, now: number) {
    this.#workflowName = workflowName;
    this.#time = kubernetesTime(now);
    for (const node of Object.values(nodes)) {
      this.#children.set(node.id, new Set(node.children));
      this.#store(node);
    }
  }

  idOf(name: string): string {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = nodeIdOf(this.#workflowName, name);
    this.#ids.set(name, id);
    return id;
  }

  get(id: string): NodeStatus | undefined {
    return this.#nodes.get(id);
  }

  /** A node that was made before. */
  expect(id: string): NodeStatus {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`node ${id} does not exist`);
    return node;
  }

  named(name: string): NodeStatus | undefined {
    return this.#nodes.get(this.idOf(name));
  }

  all(): Iterable<NodeStatus> {
    return this.#nodes.values();
  }

  childrenOf(id: string): ReadonlySet<string> {
    return this.#children.get(id) ?? noChildren;
  }

  childNodesOf(id: string): readonly NodeStatus[] {
    return [...this.childrenOf(id)].flatMap((child) => this.#nodes.get(child) ?? []);
  }

  inBoundary(id: string): readonly NodeStatus[] {
    return Array.from(this.#boundaries.get(id) ?? noChildren, (child) => this.expect(child));
  }

  countsOf(boundaryId: string): BoundaryCounts {
    return this.#counts.get(boundaryId) ?? noCounts;
  }

  create({ boundaryId, message, ...rest }: NewNode): NodeStatus {
    const id = this.idOf(rest.name);
    const boundary = boundaryId === undefined ? undefined : this.#nodes.get(boundaryId);
    const node: NodeStatus = {
      id,
      ...rest,
      displayName: displayNameOf(rest.name, boundary?.name),
      ...(boundaryId === undefined ? {} : { boundaryID: boundaryId }),
      ...(message === undefined || message === "" ? {} : { message }),
      startedAt: this.#time,
      ...(isFulfilled(rest.phase) ? { finishedAt: this.#time } : {}),
    };
    this.#store(node);
    return node;
  }

  /** Without a message the message stays; an empty one removes it. A node that ends gets its time. */
  mark(id: string, phase: NodePhase, message?: string): NodeStatus {
    const node = this.expect(id);
    const { message: oldMessage, ...rest } = node;
    const newMessage = message ?? oldMessage ?? "";
    const isEnding = isFulfilled(phase) && node.finishedAt === undefined;
    if (node.phase === phase && newMessage === (oldMessage ?? "") && !isEnding) return node;
    return this.#store({
      ...rest,
      phase,
      ...(newMessage === "" ? {} : { message: newMessage }),
      ...(isEnding ? { finishedAt: this.#time } : {}),
    });
  }

  replace(node: NodeStatus): NodeStatus {
    return this.#store(node);
  }

  addChild(parentId: string, childId: string): void {
    this.expect(parentId);
    const children = this.#children.get(parentId);
    if (children === undefined) this.#children.set(parentId, new Set([childId]));
    else children.add(childId);
  }

  /** As it is stored: nodes by id, with their children. */
  toRecord(): Readonly<Record<string, NodeStatus>> {
    const record: Record<string, NodeStatus> = {};
    for (const [id, node] of this.#nodes) {
      const children = this.childrenOf(id);
      record[id] = children.size === (node.children?.length ?? 0) ? node : { ...node, children: [...children] };
    }
    return record;
  }

  #store(node: NodeStatus): NodeStatus {
    const previous = this.#nodes.get(node.id);
    this.#nodes.set(node.id, node);
    this.#ids.set(node.name, node.id);
    const boundaryId = node.boundaryID;
    if (boundaryId !== undefined) {
      if (previous === undefined) this.#join(boundaryId, node.id);
      this.#count(boundaryId, previous, node);
    }
    return node;
  }

  #join(boundaryId: string, id: string): void {
    const members = this.#boundaries.get(boundaryId);
    if (members === undefined) this.#boundaries.set(boundaryId, new Set([id]));
    else members.add(id);
  }

  #count(boundaryId: string, previous: NodeStatus | undefined, next: NodeStatus): void {
    const counts = this.#counts.get(boundaryId) ?? { active: 0, unsuccessful: 0 };
    counts.active += Number(countsAsActive(next)) - Number(countsAsActive(previous));
    counts.unsuccessful += Number(countsAsUnsuccessful(next)) - Number(countsAsUnsuccessful(previous));
    this.#counts.set(boundaryId, counts);
  }
}

const noChildren: ReadonlySet<string> = new Set();
const noCounts: BoundaryCounts = { active: 0, unsuccessful: 0 };

/** Nothing more happens to a node in one of these phases. */
export function isFulfilled(phase: NodePhase): boolean {
  return phase !== "Pending" && phase !== "Running";
}

/** It ran to an end; skipped and omitted nodes did not. */
export function isCompleted(phase: NodePhase): boolean {
  return phase === "Succeeded" || phase === "Failed" || phase === "Error";
}

export function isFailedOrError(phase: NodePhase): boolean {
  return phase === "Failed" || phase === "Error";
}

function isExecutable(node: NodeStatus): boolean {
  return node.type === "Pod" || node.type === "Steps" || node.type === "DAG";
}

function countsAsActive(node: NodeStatus | undefined): boolean {
  return node !== undefined && isExecutable(node) && !isFulfilled(node.phase);
}

function countsAsUnsuccessful(node: NodeStatus | undefined): boolean {
  return node !== undefined && isExecutable(node) && isFailedOrError(node.phase);
}
