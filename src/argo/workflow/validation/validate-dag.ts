// DAG templates: dependencies without cycles, and tasks that use only what their ancestors give.
import type { Arguments, DagTask, Template } from "../../../resources/workflow.ts";
import { checkTaskResults, expandDependencies, type Dependencies } from "../depends.ts";
import { StepError } from "../step-error.ts";
import type { TemplateSource } from "../template-lookup.ts";
import { addItemNames } from "./item-names.ts";
import { addOutputNames, givesLists, isTag } from "./output-names.ts";
import { requireVariables } from "./resolve-variables.ts";
import { sortTasks } from "./sort-tasks.ts";
import { validateArguments } from "./validate-arguments.ts";
import { hasExitHook, namesInside } from "./validate-calls.ts";
import { validateNames } from "./validate-names.ts";
import { at, requireNoDeadline, type GroupTools } from "./validate-group.ts";
import type { ValidationContext } from "./validation-context.ts";

/** StepError for the first thing that is wrong. Adds what the tasks give to the names. */
export function validateDag(
  context: ValidationContext,
  source: TemplateSource,
  template: Template,
  tools: GroupTools,
): void {
  const path = `templates.${template.name ?? ""}`;
  requireNoDeadline(template);
  const given = template.dag?.tasks ?? [];
  if (given.length === 0) throw new StepError(`${path} must have at least one task`);
  const dependencies = new Map(given.map((task) => [task.name, dependenciesOf(task)]));
  const sorted = at(`${path} sorting failed:`, () => sortTasks(given, dependencies));
  validateNames(sorted, "field", `${path}.tasks`);
  const usesDepends = sorted.some(({ depends }) => depends !== undefined);
  const tasks: SortedTask[] = [];
  for (const task of sorted) {
    requireOneStyle(path, task, usesDepends);
    const call = { path, tools, task };
    validateTask(context, source, call);
    tasks.push({ ...call, ancestors: ancestorsOf(call, tasks) });
  }
  at(`${path}.targets`, () => requireVariables(template.dag?.target ?? "", tools.names, context));
  requireTargets(`${path}.targets`, given, template.dag?.target);
  for (const task of tasks) validateTaskUse(context, source, task);
}

/** Names only, for which `continueOn` does not matter. */
function dependenciesOf(task: DagTask): Dependencies {
  return expandDependencies(task, () => undefined);
}

function requireOneStyle(path: string, task: DagTask, usesDepends: boolean): void {
  const hasDependencies = (task.dependencies ?? []).length > 0;
  if ((usesDepends || hasDependencies) && /^[0-9]/.test(task.name)) {
    const rule = "name cannot begin with a digit when using either 'depends' or 'dependencies'";
    throw new StepError(`${path}.tasks.${task.name} ${rule}`);
  }
  if (!usesDepends) return;
  if (hasDependencies) {
    throw new StepError(`${path} cannot use both 'depends' and 'dependencies' in the same DAG template`);
  }
  if (task.continueOn !== undefined) {
    const hint = "Instead use 'dep-task.Failed'/'dep-task.Errored'";
    throw new StepError(`${path} cannot use 'continueOn' when using 'depends'. ${hint}`);
  }
}

interface TaskCall {
  readonly path: string;
  readonly tools: GroupTools;
  readonly task: DagTask;
}

/** A task behind everything that it depends on. */
interface SortedTask extends TaskCall {
  readonly ancestors: ReadonlySet<string>;
}

function validateTask(context: ValidationContext, source: TemplateSource, { path, tools, task }: TaskCall): void {
  const where = `${path}.tasks.${task.name}`;
  const { depends = "" } = task;
  const template = at(where, () => tools.validateCall(context, source, { kind: "task", ...task }, undefined));
  const outputs = { prefix: "tasks", name: task.name, template, isLoop: givesLists(task) } as const;
  addOutputNames(context, tools.names, outputs);
  at(where, () => checkTaskResults(depends));
}

function ancestorsOf({ path, task }: TaskCall, earlier: readonly SortedTask[]): ReadonlySet<string> {
  const { tasks: dependencies } = dependenciesOf(task);
  const found = new Set<string>();
  for (const { task: dependency, ancestors } of earlier) {
    const { name, withSequence } = dependency;
    if (!dependencies.has(name)) continue;
    if (dependencies.get(name) === "items" && !givesLists(dependency) && withSequence === undefined) {
      const rule = "uses an items-based condition such as .AnySucceeded or .AllFailed but does not contain any items";
      throw new StepError(`${path}.tasks.${name} dependency '${name}' ${rule}`);
    }
    for (const each of [name, ...ancestors]) found.add(each);
  }
  return found;
}

/** Every task's outputs have names by now; only those of ancestors may be given as arguments. */
function validateTaskUse(context: ValidationContext, source: TemplateSource, sorted: SortedTask): void {
  const { path, tools, task, ancestors } = sorted;
  const where = `${path}.tasks.${task.name}`;
  const { names } = tools;
  if (task.hooks !== undefined || hasExitHook(task)) names.add(`tasks.${task.name}.status`);
  const inside = namesInside(task, names);
  for (const name of ancestors) inside.add(`tasks.${name}.status`);
  at(where, () => {
    addItemNames(task, inside);
    requireVariables(task, inside, context);
  });
  validateArguments(`${where}.arguments.`, task.arguments ?? {}, false);
  at(where, () => {
    requireDependencies(task.arguments ?? {}, ancestors);
    tools.validateCall(context, source, { kind: "task", ...task }, task.arguments ?? {});
  });
}

function requireDependencies(given: Arguments, ancestors: ReadonlySet<string>): void {
  for (const { name, value = "" } of given.parameters ?? []) {
    const task = /^\{\{tasks\.([^.}]*)/.exec(value)?.[1];
    if (task !== undefined && !ancestors.has(task)) {
      throw new StepError(`missing dependency '${task}' for parameter '${name}'`);
    }
  }
}

function requireTargets(where: string, tasks: readonly DagTask[], target: string | undefined): void {
  const names = new Set(tasks.map(({ name }) => name));
  for (const name of target?.split(" ") ?? []) {
    if (!isTag(name) && !names.has(name) && !name.includes("__argo__internal__placeholder-")) {
      throw new StepError(`${where}: target '${name}' is not defined`);
    }
  }
}
