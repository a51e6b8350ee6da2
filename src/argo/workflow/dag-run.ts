// One DAG during one pass: its tasks by name, what each depends on, and what each sees of its ancestors.
import type { DagTask, NodeStatus } from "../../resources/workflow.ts";
import { expandDependencies, type Dependencies } from "./depends.ts";
import type { HookContext } from "./hooks.ts";
import type { GroupExecution, Pass } from "./pass.ts";
import { Scope } from "./scope.ts";
import { StepError } from "./step-error.ts";

export class DagRun {
  readonly group: GroupExecution;
  readonly node: NodeStatus;
  /** Tasks that were looked at in this pass. */
  readonly visited = new Set<string>();
  readonly #pass: Pass;
  readonly #tasks: ReadonlyMap<string, DagTask>;
  readonly #dependencies = new Map<string, Dependencies>();

  constructor(pass: Pass, group: GroupExecution, node: NodeStatus) {
    this.#pass = pass;
    this.group = group;
    this.node = node;
    this.#tasks = new Map(group.template.dag?.tasks?.map((task) => [task.name, task]));
  }

  get tasks(): Iterable<DagTask> {
    return this.#tasks.values();
  }

  task(name: string): DagTask {
    const task = this.#tasks.get(name);
    if (task === undefined) throw new StepError(`target ${name} does not exist`);
    return task;
  }

  dependenciesOf(name: string): Dependencies {
    const known = this.#dependencies.get(name);
    if (known !== undefined) return known;
    const dependencies = expandDependencies(this.task(name), (each) => this.task(each).continueOn);
    this.#dependencies.set(name, dependencies);
    return dependencies;
  }

  nodeName(taskName: string): string {
    return `${this.node.name}.${taskName}`;
  }

  taskNode(taskName: string): NodeStatus | undefined {
    return this.#pass.nodes.named(this.nodeName(taskName));
  }

  /** Given by `dag.target`, or every task that no other depends on, by name. */
  targets(): readonly string[] {
    const target = this.group.template.dag?.target;
    if (target !== undefined) return target.split(" ");
    const isDependedOn = new Set(
      [...this.#tasks.keys()].flatMap((name) => Array.from(this.dependenciesOf(name).tasks.keys())),
    );
    return [...this.#tasks.keys()].filter((name) => !isDependedOn.has(name)).sort();
  }

  contextOf(scope: Scope): HookContext {
    return { scope, boundary: { id: this.node.id, template: this.group.declared }, source: this.group.source };
  }

  /** Outputs of all ancestors of a task. StepError when one has no node. */
  scopeOf(taskName: string): Scope {
    const scope = new Scope("tasks", this.group.template, this.#pass.outputs);
    for (const ancestor of this.#ancestorsOf(taskName)) {
      const node = this.taskNode(ancestor);
      if (node === undefined) throw new StepError(`Ancestor task node ${ancestor} not found`);
      this.addToScope(scope, this.task(ancestor), node);
    }
    return scope;
  }

  addToScope(scope: Scope, task: DagTask, node: NodeStatus): void {
    if (node.type === "TaskGroup") scope.addAggregate(task.name, this.#pass.nodes.childNodesOf(node.id));
    scope.addNode(this.#pass, task.name, node);
    scope.addSkipped(this.#pass, node, { kind: "task", ...task }, this.group.source);
  }

  #ancestorsOf(taskName: string): ReadonlySet<string> {
    const seen = new Set<string>();
    const rest = [...this.dependenciesOf(taskName).tasks.keys()];
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      rest.push(...this.dependenciesOf(next).tasks.keys());
    }
    return seen;
  }
}
