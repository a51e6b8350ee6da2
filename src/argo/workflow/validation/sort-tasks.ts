// The tasks of a DAG in an order in which each comes after what it depends on.
import type { DagTask } from "../../../resources/workflow.ts";
import type { Dependencies } from "../depends.ts";
import { StepError } from "../step-error.ts";

/** StepError for a name twice, an unknown dependency or a cycle. */
export function sortTasks(
  tasks: readonly DagTask[],
  dependencies: ReadonlyMap<string, Dependencies>,
): readonly DagTask[] {
  const waiting = new Map<string, Set<string>>();
  for (const { name } of tasks) {
    if (waiting.has(name)) throw new StepError(`duplicated nodeName ${name}`);
    waiting.set(name, new Set(dependencies.get(name)?.tasks.keys()));
  }
  const unknown = [...waiting.values()].flatMap((names) => Array.from(names)).find((name) => !waiting.has(name));
  if (unknown !== undefined) throw new StepError(`invalid dependency ${unknown}`);
  const sorted: DagTask[] = [];
  for (let rest = tasks; rest.length > 0; rest = rest.filter(({ name }) => waiting.has(name))) {
    const ready = rest.filter(({ name }) => waiting.get(name)?.size === 0);
    if (ready.length === 0) throw new StepError("graph with cycle");
    sorted.push(...ready);
    for (const { name } of ready) waiting.delete(name);
    for (const names of waiting.values()) for (const { name } of ready) names.delete(name);
  }
  return sorted;
}
