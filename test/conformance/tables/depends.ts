// What a task's `depends` becomes, and whether the task runs after the phases of what it depends on.
import { evaluateDepends } from "../../../src/argo/workflow/condition-expression.ts";
import {
  checkTaskResults,
  dependsExpression,
  expandDependencies,
  type TaskResults,
} from "../../../src/argo/workflow/depends.ts";
import { StepError } from "../../../src/argo/workflow/step-error.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";
import type { NodePhase } from "../../../src/resources/workflow.ts";

interface Input {
  readonly depends?: string;
  readonly dependencies?: readonly string[];
  /** `failed`, `error` or both, by task. */
  readonly continueOn?: Readonly<Record<string, string>>;
  readonly phases?: Readonly<Record<string, string>>;
  /** Phases of the children of a loop, by task. */
  readonly groups?: Readonly<Record<string, string>>;
}

const sources = { now: () => 0, random: () => 0 };

export function evaluate(given: unknown): unknown {
  const input = given as Input;
  try {
    if (input.depends !== undefined) checkTaskResults(input.depends);
    const { logic, tasks } = expandDependencies(input, (name) => continueOn(input.continueOn?.[name]));
    const dependencies = Object.fromEntries(tasks);
    if (input.phases === undefined && logic !== "") return { logic, dependencies };
    return { logic, dependencies, execute: logic === "" || execute(logic, input) };
  } catch (error) {
    if (error instanceof StepError) throw new LanguageError(error.message);
    throw error;
  }
}

function continueOn(text = ""): { readonly failed: boolean; readonly error: boolean } {
  return { failed: text.includes("failed"), error: text.includes("error") };
}

function execute(logic: string, { phases = {}, groups = {} }: Input): boolean {
  const results = new Map<string, TaskResults>();
  for (const [name, phase] of Object.entries(phases)) {
    const children = groups[name]?.split(" ").filter((each) => each !== "") as NodePhase[] | undefined;
    results.set(name, { phase: phase as NodePhase, ...(children === undefined ? {} : { childPhases: children }) });
  }
  const { expression, environment } = dependsExpression(logic, results);
  return evaluateDepends(expression, withDaemons(environment, phases), sources);
}

/** The table also has daemoned tasks, which the engine refuses to load. */
function withDaemons(
  environment: Readonly<Record<string, unknown>>,
  phases: Readonly<Record<string, string>>,
): Parameters<typeof evaluateDepends>[1] {
  const entries = Object.entries(environment).map(([name, results]) => {
    const isDaemoned = phases[name.replaceAll("_", "-")] === "Daemoned" || phases[name] === "Daemoned";
    return [name, { ...(results as object), Daemoned: isDaemoned }];
  });
  return Object.fromEntries(entries) as Parameters<typeof evaluateDepends>[1];
}
