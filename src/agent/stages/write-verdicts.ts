// Verdicts are check runs on the head: of this stage, and of the earlier stages whose gates were run again for it.
import { z } from "zod";
import { REMEDIATIONS, STAGES, type Stage } from "../../resources/run-identity.ts";
import { repositoryName, type StageContainer } from "../container.ts";
import { buildCriteriaTable } from "./build-criteria-table.ts";
import type { FailedGate, GateResult, Prepared, VerifyResult } from "../prepared.ts";

const checkShape = z.object({
  name: z.string(),
  html_url: z.string().nullable(),
  external_id: z.string().nullable().optional(),
  conclusion: z.string().nullable(),
  app: z.object({ id: z.number() }).nullable(),
});
const createdShape = z.object({ html_url: z.string().nullable() });

/** A head and what the run began with. */
export interface VerdictPlace {
  readonly prepared: Prepared;
  readonly head: string;
}

/**
 * Writes the verdict of this stage, and on a head that has none of an earlier stage, that stage's too: its gates were run
 * again here. Repeatable. Returns the address of this stage's own check run.
 */
export async function writeVerdicts(
  container: StageContainer,
  verdict: VerifyResult,
  place: VerdictPlace,
): Promise<string | undefined> {
  const present = await ourChecks(container, place.head);
  let url: string | undefined;
  for (const check of await wouldBeChecks(container, verdict, { prepared: place.prepared, present })) {
    url = await writeOne(container, { ...check, head: place.head }, present);
  }
  return url;
}

/** The check runs that a head lacks which has `present`; this stage's own comes last. */
export async function wouldBeChecks(
  container: StageContainer,
  verdict: VerifyResult,
  { prepared, present }: { readonly prepared: Prepared; readonly present: readonly Pick<PresentCheck, "stage">[] },
): Promise<readonly WouldBeCheck[]> {
  const { stage: own } = container.run.identity;
  const checks: WouldBeCheck[] = [];
  for (const stage of earlierStages(own)) {
    if (present.some((check) => check.stage === stage)) continue;
    const evidence = await evidenceFor(container, stage, { verdict, prepared });
    if (evidence !== undefined) checks.push({ stage, ...evidence });
  }
  const summary = renderEvidence(own, verdict, prepared.criteria);
  return [...checks, { stage: own, passed: verdict.passed, summary }];
}

/** Writes that this stage has failed on a head of ours; of other stages nothing is said. */
export async function writeFailure(
  container: StageContainer,
  verdict: VerifyResult,
  { head, criteria }: { readonly head: string; readonly criteria: readonly string[] },
): Promise<string | undefined> {
  const { stage } = container.run.identity;
  const check = { stage, head, passed: false, summary: renderEvidence(stage, verdict, criteria) };
  return writeOne(container, check, await ourChecks(container, head));
}

/** A remediation stands for the author: the head needs the author's verdict. */
function earlierStages(stage: Stage): readonly Stage[] {
  if (stage === "remediate-comment" || stage === "remediate-ci") return ["author"];
  const position = STAGES.findIndex((candidate) => candidate === stage);
  return STAGES.slice(0, Math.max(0, position));
}

/** Undefined: nothing proves the stage here. A stage without commands stands where it stood before this change. */
async function evidenceFor(
  container: StageContainer,
  stage: Stage,
  { verdict, prepared }: { readonly verdict: VerifyResult; readonly prepared: Prepared },
): Promise<Omit<WouldBeCheck, "stage"> | undefined> {
  const { run } = container;
  const gates = verdict.gates.filter((gate) => gate.stage === stage);
  if (gates.length > 0) {
    const passed = gates.every((gate) => gate.passed);
    return { passed, summary: renderGates(gates, `run again by the stage ${run.identity.stage}`) };
  }
  const before = prepared.ownHead === undefined ? [] : await ourChecks(container, prepared.ownHead);
  const stood = before.some((check) => check.stage === stage && check.success);
  if (stage !== "author" && !stood) return undefined;
  return {
    passed: true,
    summary: `No command is configured for ${stage}; what a later stage changed is proven by its own.`,
  };
}

export interface WouldBeCheck {
  readonly stage: Stage;
  readonly passed: boolean;
  readonly summary: string;
}

interface Check extends WouldBeCheck {
  readonly head: string;
}

interface PresentCheck {
  readonly stage: Stage;
  readonly success: boolean;
  readonly url: string | undefined;
  readonly externalId: string | undefined;
}

/** Check runs of stages by our Apps on a SHA. */
export async function ourChecks({ run, api }: StageContainer, sha: string): Promise<readonly PresentCheck[]> {
  const listed = await api.list(`/repos/${repositoryName(run)}/commits/${sha}/check-runs`);
  return listed.flatMap((answer) => {
    const check = checkShape.parse(answer);
    const stage = ALL_STAGES.find((candidate) => check.name === `runyard/${candidate}`);
    if (stage === undefined || !run.appIds.includes(check.app?.id ?? 0)) return [];
    const success = check.conclusion === "success";
    return [{ stage, success, url: check.html_url ?? undefined, externalId: check.external_id ?? undefined }];
  });
}

const ALL_STAGES: readonly Stage[] = [...STAGES, ...REMEDIATIONS, "docs"];

async function writeOne(
  { run, api }: StageContainer,
  check: Check,
  present: readonly PresentCheck[],
): Promise<string | undefined> {
  const externalId = `${run.uid}/${run.attempt}/${check.stage}`;
  const known = present.find((candidate) => candidate.externalId === externalId);
  if (known !== undefined) return known.url;
  const answer = await api.send("POST", `/repos/${repositoryName(run)}/check-runs`, {
    name: `runyard/${check.stage}`,
    head_sha: check.head,
    external_id: externalId,
    status: "completed",
    conclusion: check.passed ? "success" : "failure",
    output: { title: check.passed ? "passed" : "failed", summary: check.summary.slice(0, SUMMARY_MAX) },
  });
  return createdShape.parse(answer).html_url ?? undefined;
}

/** GitHub takes 65,535 characters. */
const SUMMARY_MAX = 60_000;

function renderEvidence(stage: Stage, verdict: VerifyResult, criteria: readonly string[]): string {
  const table = stage === "acceptance" ? buildCriteriaTable(criteria, verdict.gates) : [];
  const restored =
    verdict.restored.length === 0
      ? []
      : ["", `Taken from the base branch again, because they define a gate: ${verdict.restored.join(", ")}`];
  const agent =
    verdict.agent === undefined
      ? []
      : [
          "",
          `The agent took ${verdict.agent.turns} turns. Its last message, as information only:`,
          "",
          ...quote(verdict.agent.finalText),
          ...renderFailedGates(verdict.agent.failedGates),
        ];
  return [
    `**${verdict.reason}**: ${verdict.message}`,
    "",
    renderGates(verdict.gates, `verified by the stage ${stage} in a fresh clone`),
    ...(table.length === 0 ? [] : ["", ...table]),
    ...restored,
    ...agent,
  ].join("\n");
}

/** What the agent was made to mend. Its container's word, like everything of the agent's. */
function renderFailedGates(gates: readonly FailedGate[]): readonly string[] {
  if (gates.length === 0) return [];
  const lines = gates.map(
    ({ stage, command, exitCode, turns }) =>
      `- after ${turns} turns: ${stage}, \`${inline(command)}\`, exit code ${exitCode ?? "none"}`,
  );
  return ["", "Gates that failed in the agent's container before, as information only:", "", ...lines];
}

/** As code in the middle of a line. */
function inline(command: string): string {
  return command.replaceAll(/[`\s]+/g, " ").slice(0, COMMAND_SHOWN_MAX);
}

const COMMAND_SHOWN_MAX = 300;

function renderGates(gates: readonly GateResult[], how: string): string {
  const rows = gates.map(
    (gate) =>
      `| ${gate.stage} | \`${gate.command.replaceAll("|", "\\|")}\` | ${gate.exitCode ?? "none"} | ${(gate.durationMs / 1000).toFixed(1)} s |`,
  );
  const failure = gates.find((gate) => !gate.passed);
  const tail =
    failure === undefined
      ? []
      : ["", "```", failure.output.replaceAll("```", "'''").split("\n").slice(-40).join("\n"), "```"];
  return [`Gates, ${how}:`, "", "| stage | command | exit code | time |", "|---|---|---|---|", ...rows, ...tail].join(
    "\n",
  );
}

/** Quoted, and without a mention that would call someone. */
function quote(text: string): readonly string[] {
  return text
    .slice(0, 4000)
    .replaceAll("@", "@\u200B")
    .split("\n")
    .map((line) => `> ${line}`);
}
