// DAG templates: dependencies without cycles, and tasks that use only what their ancestors give.
import type { Arguments, DagTask, Template } from "../../../resources/workflow.ts";
import { checkTaskResults, expandDependencies, type Dependencies } from "../depends.ts";
import type { CallReference } from "../call-reference.ts";
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

interface DagCheck {
  readonly path: string;
  readonly tasks: readonly DagTask[];
  readonly byName: ReadonlyMap<string, DagTask>;
  readonly dependencies: ReadonlyMap<string, Dependencies>;
  readonly templates: Map<string, Template | undefined>;
}

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
  const byName = new Map(given.map((task) => [task.name, task]));
  const dependencies = new Map(
    given.map((task) => [task.name, expandDependencies(task, (name) => byName.get(name)?.continueOn)]),
  );
  const tasks = at(`${path} sorting failed:`, () => sortTasks(given, dependencies));
  validateNames(tasks, "field", `${path}.tasks`);
  const dag: DagCheck = { path, tasks, byName, dependencies, templates: new Map() };
  const usesDepends = tasks.some(({ depends }) => depends !== undefined);
  for (const task of tasks) {
    requireOneStyle(dag, task, usesDepends);
    validateTask(context, source, task, { dag, tools });
  }
  at(`${path}.targets`, () => requireVariables(template.dag?.target ?? "", tools.names, context));
  requireTargets(dag, template.dag?.target);
  for (const task of tasks) {
    validateTaskUse(context, source, task, { dag, tools });
  }
}

function requireOneStyle({ path }: DagCheck, task: DagTask, usesDepends: boolean): void {
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

interface TaskCheck {
  readonly dag: DagCheck;
  readonly tools: GroupTools;
}

function validateTask(
  context: ValidationContext,
  source: TemplateSource,
  task: DagTask,
  { dag, tools }: TaskCheck,
): void {
  const where = `${dag.path}.tasks.${task.name}`;
  const call: CallReference = { kind: "task", ...task };
  const template = at(where, () => tools.validateCall(context, source, call, undefined));
  dag.templates.set(task.name, template);
  const outputs = { prefix: "tasks", name: task.name, template, isLoop: givesLists(task) } as const;
  addOutputNames(context, tools.names, outputs);
  if (task.depends !== undefined) at(where, () => checkTaskResults(task.depends ?? ""));
  for (const [name, type] of dag.dependencies.get(task.name)?.tasks ?? []) {
    const dependency = dag.byName.get(name);
    if (dependency === undefined) throw new StepError(`${where} dependency '${name}' not defined`);
    if (type === "items" && !givesLists(dependency) && dependency.withSequence === undefined) {
      const rule = "uses an items-based condition such as .AnySucceeded or .AllFailed but does not contain any items";
      throw new StepError(`${dag.path}.tasks.${dependency.name} dependency '${name}' ${rule}`);
    }
  }
}

/** With the outputs of its ancestors, and of nothing else. */
function validateTaskUse(
  context: ValidationContext,
  source: TemplateSource,
  task: DagTask,
  { dag, tools }: TaskCheck,
): void {
  const where = `${dag.path}.tasks.${task.name}`;
  const { names } = tools;
  if (task.hooks !== undefined || hasExitHook(task)) names.add(`tasks.${task.name}.status`);
  const inside = namesInside(task, names);
  const ancestors = ancestorsOf(dag, task.name);
  for (const name of ancestors) {
    const ancestor = dag.byName.get(name);
    const isLoop = ancestor !== undefined && givesLists(ancestor);
    addOutputNames(context, inside, { prefix: "tasks", name, template: dag.templates.get(name), isLoop });
    inside.add(`tasks.${name}.status`);
  }
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
  for (const { name, value } of given.parameters ?? []) {
    const task = /^\{\{tasks\.([^.}]*)/.exec(value ?? "")?.[1];
    if (task !== undefined && !ancestors.has(task)) {
      throw new StepError(`missing dependency '${task}' for parameter '${name}'`);
    }
  }
}

function requireTargets({ path, byName }: DagCheck, target: string | undefined): void {
  for (const name of target?.split(" ") ?? []) {
    if (!isTag(name) && !byName.has(name) && !name.includes("__argo__internal__placeholder-")) {
      throw new StepError(`${path}.targets: target '${name}' is not defined`);
    }
  }
}

function ancestorsOf({ dependencies }: DagCheck, name: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const rest = [...(dependencies.get(name)?.tasks.keys() ?? [])];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    rest.push(...(dependencies.get(next)?.tasks.keys() ?? []));
  }
  return seen;
}
