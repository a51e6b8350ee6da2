// What remains to be done when a workflow has ended: one comment kept up to date, the pull request marked ready when
// every stage stands on its head, and the smallest decision that a person must take where one is left.
import { STAGES } from "../../resources/run-identity.ts";
import type { FinishFacts, StageResult } from "./finish-facts.ts";

export interface FinishDecision {
  /** Where and what to say; absent when nothing was done that anyone waits for. */
  readonly comment: string | undefined;
  readonly markReady: boolean;
  /** Comments that count as answered from now on. */
  readonly consume: readonly number[];
}

/** One comment per pull request carries this marker and is edited ever after. */
export const STATUS_MARKER = "<!-- runyard:status -->";

export function decideFinish(facts: FinishFacts): FinishDecision {
  if (facts.decision !== "run") return { comment: undefined, markReady: false, consume: [] };
  const complete = STAGES.every((stage) => facts.passedOnHead.has(stage));
  const succeeded = facts.status === "Succeeded";
  return {
    comment: renderStatus(facts, complete),
    markReady: succeeded && complete && facts.pullRequest?.draft === true,
    consume: succeeded ? facts.answered : [],
  };
}

function renderStatus(facts: FinishFacts, complete: boolean): string {
  const head = facts.pullRequest === undefined ? "" : ` for ${facts.pullRequest.headSha.slice(0, 12)}`;
  const verdict = complete ? `every stage has passed${head}` : `not every stage has passed yet${head}`;
  return [
    STATUS_MARKER,
    `**Runyard**: ${verdict}.`,
    "",
    "| stage | result | why | cost |",
    "|---|---|---|---|",
    ...facts.results.map((result) => stageRow(result)),
    "",
    `Spent on this task: ${dollars(facts.spentMicroUsd)} of $${facts.taskUsdMax}. Workflow: \`${facts.workflow}\`.`,
    ...nextDecision(facts, complete),
  ].join("\n");
}

function stageRow(result: StageResult): string {
  const name = result.checkRunUrl === undefined ? result.stage : `[${result.stage}](${result.checkRunUrl})`;
  return `| ${name} | ${result.phase} | ${tableText(`${result.reason}: ${result.message}`)} | ${dollars(result.spentMicroUsd)} |`;
}

function nextDecision(facts: FinishFacts, complete: boolean): readonly string[] {
  const failed = facts.results.find((result) => result.phase === "Failed");
  if (failed !== undefined) {
    return ["", `**A person must decide**: stage ${failed.stage} ended with ${failed.reason}. ${failed.message}`];
  }
  if (complete) return ["", "Review it and merge it: Runyard never does."];
  if (facts.status === "Succeeded") return [];
  return [
    "",
    `**A person must decide**: the workflow ended as ${facts.status}; \`runyard describe workflow ${facts.workflow}\` says where.`,
  ];
}

/** Text inside a table cell: one line, no bar that would end the cell, no mention that would call someone. */
function tableText(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("@", "@\u200B").slice(0, 300);
}

function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(2)}`;
}
