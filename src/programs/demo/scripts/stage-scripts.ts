// The conversations of the scripted model, one per kind of run, chosen by what the run's instructions and prompt say.
// Each leaves a gate unsatisfied at first, sees the gate's output in its next turn, and mends the cause. The step is
// counted from the conversation, so that a call that is repeated gets the same answer.
import type { ConversationScript, ScriptAction, ScriptStep } from "../stand-ins.ts";
import * as texts from "./script-texts.ts";

/** Scripts by key, in an order in which a later one is preferred among those that match equally well. */
export const STAGE_SCRIPTS: Readonly<Record<string, ConversationScript>> = {
  author: conversation(
    ["You implement the task in the file"],
    work(
      "I will add the route, its module and its setting.",
      write("src/discount.js", texts.DISCOUNT_BROKEN),
      write("src/routes.js", texts.ROUTES),
      write("src/settings.js", texts.SETTINGS),
    ),
    last("GET /discount is there."),
    work(
      "A brace is missing after the check of the percentage.",
      write("src/discount.js", texts.DISCOUNT_UNTIDY),
      write("src/routes.js", texts.ROUTES),
      write("src/settings.js", texts.SETTINGS),
    ),
    last("The build passes now."),
  ),
  clippy: conversation(
    ["You make every configured linter"],
    work("`var` becomes `const`.", write("src/discount.js", texts.DISCOUNT_TIDY)),
    last("The linter has no more to say."),
  ),
  tests: conversation(
    ["You add the missing tests for the task"],
    work("Rounding and the maximum need a test.", write("test/discount.test.js", texts.TEST_WRONG)),
    last("Both are tested."),
    work(
      "10 % off 9.99 is 8.991, so 8.99: my expectation was wrong.",
      write("test/discount.test.js", texts.TEST_RIGHT),
    ),
    last("The tests pass."),
  ),
  deploy: conversation(
    ["The checks or the deployment of this branch failed"],
    work("The preview does not set DISCOUNT_PERCENT_MAX.", write("deploy/preview.json", texts.PREVIEW)),
    last("deploy/preview.json sets it now."),
  ),
  acceptance: conversation(
    ["You prove each criterion of"],
    work(
      "Each criterion gets a proof.",
      write("acceptance/task-1/criterion-1.js", texts.PROOF_OF_PRICE),
      write("acceptance/task-1/criterion-2.js", texts.PROOF_OF_REFUSAL),
    ),
    last("Both criteria are proven by a command."),
  ),
  "remediate-ci": conversation(
    ["You implement the task in the file", "The continuous integration of the branch failed"],
    work("CI wants the proofs in the index.", { sh: texts.PROOFS_INDEX }),
    last("acceptance/README.md lists both proofs."),
  ),
  "remediate-comment": conversation(
    ["You implement the task in the file", "Reviewers asked for changes on the pull request"],
    work(
      "A negative percentage will be refused, with a test.",
      write("src/discount.js", texts.DISCOUNT_REVIEWED),
      write("test/discount.test.js", texts.TEST_REVIEWED),
    ),
    last("Percentages below 0 are refused with 400."),
  ),
  docs: conversation(
    ["For each open task of .taskmaster/tasks/tasks.json"],
    work(
      "Task 2 is open and has no files.",
      write(".taskmaster/docs/task-2/task.md", texts.DOCS_TASK),
      write(".taskmaster/docs/task-2/prompt.md", texts.DOCS_PROMPT),
      write(".taskmaster/docs/task-2/acceptance-criteria.md", texts.DOCS_CRITERIA),
    ),
    last("Task 2 has its three files."),
  ),
};

function conversation(match: string[], ...steps: ScriptStep[]): ConversationScript {
  return { match, steps: [...steps, ...again(steps), ...again(steps)], progress: "conversation" };
}

/** For a run whose pod was lost: its next attempt goes on with the conversation, in a fresh tree. */
function again(steps: readonly ScriptStep[]): readonly ScriptStep[] {
  const newest = new Map<string, ScriptAction>();
  for (const action of steps.flatMap((step) => step.do ?? [])) {
    newest.set("write" in action ? action.write.path : action.sh, action);
  }
  return [work("The tree is as it was before: all of it again.", ...newest.values()), last("It is all there.")];
}

/** Tokens as such a turn really takes them, so that the costs shown have a sensible size. */
function work(say: string, ...actions: ScriptAction[]): ScriptStep {
  return { say, do: actions, usage: { input: 4_200, cacheRead: 9_000, output: 620 } };
}

function last(say: string): ScriptStep {
  return { say, usage: { input: 900, cacheRead: 13_000, output: 40 } };
}

function write(path: string, content: string): ScriptAction {
  return { write: { path, content } };
}
