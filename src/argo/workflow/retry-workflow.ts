// What `argo retry` makes of a failed workflow: failed steps are forgotten with all that came after them, what contains
// them runs again, and what succeeded stays. Source of the rules: Argo Workflows, `argo retry`.
import type { NodeStatus, Workflow, WorkflowStatus } from "../../resources/workflow.ts";
import { podNameOf } from "./names.ts";

export type RetryDecision =
  | {
      readonly kind: "retry";
      /** To be stored in place of the old one, after the pods are gone. */
      readonly workflow: Workflow;
      /** Names of the pods of forgotten nodes; they may be gone already. */
      readonly pods: readonly string[];
      /** Display names of the steps that run again. */
      readonly restarted: readonly string[];
    }
  | { readonly kind: "refused"; readonly reason: string };

export interface RetryOptions {
  /** RFC 3339. */
  readonly now: string;
  /** Steps to run again although they did not fail, with all that came after them. */
  readonly alsoRestart?: (node: NodeStatus) => boolean;
}

/** Pure: the workflow is not changed. */
export function retryWorkflow(workflow: Workflow, options: RetryOptions): RetryDecision {
  const { name } = workflow.metadata;
  const { status = {} } = workflow;
  const { phase = "Pending" } = status;
  const mayRestart = phase === "Failed" || phase === "Error";
  if (!mayRestart && !(phase === "Succeeded" && options.alsoRestart !== undefined)) {
    return { kind: "refused", reason: `workflow ${name} is ${phase}; only one that failed can be retried` };
  }
  const tree = new Tree(status);
  const restarted = tree.nodes.filter(
    (node) => tree.isFailedLeaf(node) || (options.alsoRestart?.(node) === true && !isContainer(node)),
  );
  const exit = tree.nodes.filter(({ name: node }) => isBelow(node, `${name}.onExit`));
  if (restarted.length === 0 && exit.length === 0) {
    return {
      kind: "refused",
      reason: `workflow ${name} has no failed step that could run again${messageOf(status)}`,
    };
  }
  const reset = new Set(restarted.flatMap((node) => tree.containersOf(node)));
  const removed = tree.withDescendants([...restarted, ...exit, ...tree.leftOversOf(reset)], reset);
  const pods = tree.nodes.filter((node) => removed.has(node) && node.type === "Pod");
  return {
    kind: "retry",
    workflow: rewrite(workflow, { status, tree, removed, reset, now: options.now }),
    pods: pods.map((node) => podNameOf(name, node.name, node.templateRef?.template ?? node.templateName ?? "")),
    restarted: restarted.map((node) => node.displayName),
  };
}

class Tree {
  readonly nodes: readonly NodeStatus[];
  readonly #byId: ReadonlyMap<string, NodeStatus>;
  readonly #byName: ReadonlyMap<string, NodeStatus>;

  constructor({ nodes = {} }: WorkflowStatus) {
    this.nodes = Object.values(nodes);
    this.#byId = new Map(this.nodes.map((node) => [node.id, node]));
    this.#byName = new Map(this.nodes.map((node) => [node.name, node]));
  }

  /** A pod that failed and that nothing which succeeded came after; of several attempts in a row the last decides. */
  isFailedLeaf(node: NodeStatus): boolean {
    if (node.type !== "Pod" || !hasFailed(node)) return false;
    const wrapper = this.#attemptWrapper(node);
    if (this.#isWithinOldAttempt(wrapper ?? node)) return false;
    return !this.#hasSucceededDescendant(wrapper ?? node);
  }

  /** What a node runs in, up to the root: boundaries, step groups, loops, retries. */
  containersOf(node: NodeStatus): readonly NodeStatus[] {
    const found: NodeStatus[] = [];
    const seen = new Set<NodeStatus>([node]);
    for (let at = this.#containerOf(node); at !== undefined && !seen.has(at); at = this.#containerOf(at)) {
      seen.add(at);
      found.push(at);
    }
    return found;
  }

  /** What a container had to leave undone, and its hooks: it comes again when the container runs again. */
  leftOversOf(containers: ReadonlySet<NodeStatus>): readonly NodeStatus[] {
    const successors = [...containers].flatMap((container) =>
      this.#childrenOf(container).filter(
        (child) => !containers.has(child) && this.#containerOf(child) !== container && !isDone(child),
      ),
    );
    const hooks = this.nodes.filter(({ name }) =>
      [...containers].some(
        (container) => isBelow(name, `${container.name}.onExit`) || isBelow(name, `${container.name}.hooks`),
      ),
    );
    return [...successors, ...hooks];
  }

  /** The nodes, what came after them, and what is inside of these; never a container that is kept. */
  withDescendants(nodes: readonly NodeStatus[], kept: ReadonlySet<NodeStatus>): ReadonlySet<NodeStatus> {
    const insides = Map.groupBy(this.nodes, ({ boundaryID }) => boundaryID ?? "");
    const found = new Set<NodeStatus>();
    const open = [...nodes];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (found.has(node) || kept.has(node)) continue;
      found.add(node);
      open.push(...this.#childrenOf(node), ...(insides.get(node.id) ?? []));
    }
    return found;
  }

  #childrenOf(node: NodeStatus): readonly NodeStatus[] {
    return (node.children ?? []).flatMap((id) => this.#byId.get(id) ?? []);
  }

  #containerOf(node: NodeStatus): NodeStatus | undefined {
    const group = groupNameOf(node.name);
    const grouped = group === undefined ? undefined : this.#byName.get(group);
    if (grouped !== undefined && isContainer(grouped)) return grouped;
    return node.boundaryID === undefined ? undefined : this.#byId.get(node.boundaryID);
  }

  #attemptWrapper(node: NodeStatus): NodeStatus | undefined {
    const container = this.#containerOf(node);
    return container?.type === "Retry" ? container : undefined;
  }

  #isWithinOldAttempt(node: NodeStatus): boolean {
    return this.containersOf(node).some((container) => {
      const wrapper = this.#attemptWrapper(container);
      if (wrapper === undefined) return false;
      // Its hooks are children of the wrapper too.
      const attempts = this.#childrenOf(wrapper).filter(({ nodeFlag }) => nodeFlag?.retried === true);
      return attempts.at(-1) !== container;
    });
  }

  #hasSucceededDescendant(node: NodeStatus): boolean {
    const seen = new Set<NodeStatus>([node]);
    const open = [...this.#childrenOf(node)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      // A hook that ran after the failure is no work that came of it.
      if (seen.has(next) || next.nodeFlag?.hooked === true) continue;
      seen.add(next);
      if (next.phase === "Succeeded") return true;
      open.push(...this.#childrenOf(next));
    }
    return false;
  }
}

interface Rewriting {
  readonly status: WorkflowStatus;
  readonly tree: Tree;
  readonly removed: ReadonlySet<NodeStatus>;
  readonly reset: ReadonlySet<NodeStatus>;
  readonly now: string;
}

const COMPLETED_LABEL = "workflows.argoproj.io/completed";
const ARCHIVING_LABEL = "workflows.argoproj.io/workflow-archiving-status";

function rewrite(workflow: Workflow, { status: ended, tree, removed, reset, now }: Rewriting): Workflow {
  const removedIds = new Set([...removed].map(({ id }) => id));
  const kept = tree.nodes.filter((node) => !removed.has(node));
  const nodes = kept.map((node) => withoutIds(reset.has(node) ? runAgain(node, now) : node, removedIds));
  const { shutdown: _shutdown, ...spec } = workflow.spec;
  const {
    phase: _phase,
    message: _message,
    finishedAt: _finishedAt,
    // Locks were given back when the workflow ended; they are asked for anew.
    synchronization: _synchronization,
    ...status
  } = ended;
  const { [COMPLETED_LABEL]: _completed, [ARCHIVING_LABEL]: _archiving, ...labels } = { ...workflow.metadata.labels };
  const conditions = status.conditions?.map((condition) =>
    condition.type === "Completed" ? { ...condition, status: "False" as const } : condition,
  );
  return {
    ...workflow,
    metadata: { ...workflow.metadata, labels },
    spec,
    status: {
      ...status,
      startedAt: now,
      ...(conditions !== undefined && { conditions }),
      nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
    },
  };
}

function runAgain(node: NodeStatus, now: string): NodeStatus {
  const { message: _message, finishedAt: _finishedAt, outboundNodes: _outboundNodes, ...others } = node;
  return { ...others, phase: "Running", startedAt: now };
}

function withoutIds(node: NodeStatus, removed: ReadonlySet<string>): NodeStatus {
  const { children, outboundNodes } = node;
  return {
    ...node,
    ...(children !== undefined && { children: children.filter((id) => !removed.has(id)) }),
    ...(outboundNodes !== undefined && { outboundNodes: outboundNodes.filter((id) => !removed.has(id)) }),
  };
}

const CONTAINER_TYPES: ReadonlySet<string> = new Set(["Steps", "StepGroup", "DAG", "TaskGroup", "Retry"]);

function isContainer({ type }: NodeStatus): boolean {
  return CONTAINER_TYPES.has(type);
}

function hasFailed({ phase }: NodeStatus): boolean {
  return phase === "Failed" || phase === "Error";
}

function isDone({ phase }: NodeStatus): boolean {
  return phase === "Succeeded" || phase === "Running" || phase === "Pending";
}

/** `retry(1)` is in `retry`, `loop(0:a)` in `loop`, `steps[0].a` in `steps[0]`. */
function groupNameOf(name: string): string | undefined {
  if (name.endsWith(")")) return name.slice(0, openingOf(name));
  return /^(.*\[\d+\])\.[^.[\]()]+$/.exec(name)?.[1];
}

/** Where the last parenthesis that is closed at the end was opened: values of a loop may hold parentheses. */
function openingOf(name: string): number {
  let depth = 0;
  for (let index = name.length - 1; index > 0; index -= 1) {
    if (name[index] === ")") depth += 1;
    if (name[index] === "(") depth -= 1;
    if (depth === 0) return index;
  }
  return name.length;
}

function isBelow(name: string, prefix: string): boolean {
  return name === prefix || ["(", "[", "."].some((separator) => name.startsWith(prefix + separator));
}

function messageOf({ message = "" }: WorkflowStatus): string {
  return message === "" ? "" : ` (it ended with: ${message})`;
}
