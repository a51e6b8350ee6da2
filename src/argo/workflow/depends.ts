// `depends` and `dependencies` of DAG tasks: expanded to one boolean expression over the results of named tasks.
import type { GoMap } from "../../languages/go-value.ts";
import type { DagTask, NodePhase } from "../../resources/workflow.ts";
import { StepError } from "./step-error.ts";

export interface Dependencies {
  /** `items`: named only through a result that loops have. */
  readonly tasks: ReadonlyMap<string, "task" | "items">;
  /** Every task with its explicit result; "" when nothing is depended on. */
  readonly logic: string;
}

/** What the expression may ask of a task that has ended. */
export interface TaskResults {
  readonly phase: NodePhase;
  /** Phases of the children of a loop; undefined for every other task. */
  readonly childPhases?: readonly NodePhase[];
}

const taskOrResult = /([a-zA-Z0-9][-a-zA-Z0-9]*?\.[A-Z][a-zA-Z]+)|([a-zA-Z0-9][-a-zA-Z0-9]*)/g;
const taskResult = /[a-zA-Z0-9][-a-zA-Z0-9]*?\.[A-Z][a-zA-Z]+/g;
const itemResults = new Set(["AnySucceeded", "AllFailed"]);
const results = new Set(["Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", ...itemResults]);

/** `continueOn` of the named tasks widens what a bare name accepts. */
export function expandDependencies(
  task: Pick<DagTask, "depends" | "dependencies">,
  continueOnOf: (taskName: string) => DagTask["continueOn"],
): Dependencies {
  const expand = (name: string): string => expandName(name, continueOnOf(name));
  const depends = task.depends ?? (task.dependencies ?? []).map(expand).join(" && ");
  const tasks = new Map<string, "task" | "items">();
  const logic = depends.replaceAll(taskOrResult, (match: string, withResult: string | undefined) => {
    if (withResult === undefined) {
      tasks.set(match, "task");
      return expand(match);
    }
    const [name = "", result = ""] = match.split(".");
    if (itemResults.has(result)) tasks.set(name, "items");
    else if (!tasks.has(name)) tasks.set(name, "task");
    return match;
  });
  return { tasks, logic };
}

/** StepError for a result that does not exist. */
export function checkTaskResults(depends: string): void {
  for (const [match] of depends.matchAll(taskResult)) {
    const [name = "", result = ""] = match.split(".");
    if (!results.has(result)) throw new StepError(`task result '${result}' for task '${name}' is invalid`);
  }
}

/** The expression in expr-lang and its environment; names lose their hyphens, as in Argo. */
export function dependsExpression(
  logic: string,
  resultsOf: ReadonlyMap<string, TaskResults>,
): { readonly expression: string; readonly environment: GoMap } {
  const environment: Record<string, GoMap> = {};
  for (const [name, result] of resultsOf) {
    environment[name.replaceAll("-", "_")] ??= describeResults(result);
  }
  return { expression: logic.replaceAll("-", "_"), environment };
}

function describeResults({ phase, childPhases }: TaskResults): GoMap {
  return {
    Succeeded: phase === "Succeeded",
    Failed: phase === "Failed",
    Errored: phase === "Error",
    Skipped: phase === "Skipped",
    Omitted: phase === "Omitted",
    Daemoned: false,
    AnySucceeded: childPhases?.includes("Succeeded") ?? false,
    AllFailed: childPhases !== undefined && childPhases.length > 0 && childPhases.every((each) => each === "Failed"),
  };
}

function expandName(name: string, continueOn: DagTask["continueOn"]): string {
  const accepted = ["Succeeded", "Skipped", "Daemoned"];
  if (continueOn?.error === true) accepted.push("Errored");
  if (continueOn?.failed === true) accepted.push("Failed");
  return `(${accepted.map((result) => `${name}.${result}`).join(" || ")})`;
}
