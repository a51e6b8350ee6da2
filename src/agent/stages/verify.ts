// `agent verify`: takes the agent's patch as data, applies it to a fresh clone, takes what defines a gate from the base
// branch, and runs the gates once more. Only what these say counts.
import { z } from "zod";
import type { RunOutcome } from "../../configuration/run-file.ts";
import { hasCode } from "../../platform/errors.ts";
import { REMEDIATIONS, STAGES, type Stage } from "../../resources/run-identity.ts";
import { commandEnvironment, writeToolSettings } from "../command-environment.ts";
import type { StageContainer } from "../container.ts";
import { hideSecrets } from "../hide-secrets.ts";
import { decidePatch, isProtected } from "../patch/decide-patch.ts";
import { findSecrets } from "../patch/secret-scan.ts";
import {
  FAILED_GATES_MAX,
  PATCH_FILE,
  RESULT_FILE,
  VERDICT_FILE,
  type GateResult,
  type Prepared,
  type VerifyResult,
} from "../prepared.ts";
import { firstFailure, runCommands } from "../run-gates.ts";
import { changesOf, checkOutStart, takeFrom, writeDiff, type StartTree } from "../start-tree.ts";
import { awaitedFailure } from "./await-checks.ts";
import { deploymentVariable, readPrepared } from "./read-prepared.ts";

const GATE_WALL_MS = 1_200_000;
const RESULT_BYTES_MAX = 16 * 1024 * 1024;

/** Why an agent container gives up. A list, so that no agent makes its failure look like the infrastructure's. */
const FAILURES = [
  "SetupFailed",
  "GateFailed",
  "AgentFailed",
  "AgentMissing",
  "BudgetExceeded",
  "UsageLimited",
  "WallTimeExceeded",
  "IdleTimeExceeded",
] as const;

const failedGateShape = z.object({
  stage: z.enum([...STAGES, ...REMEDIATIONS, "docs"]),
  command: z.string().max(10_000),
  exitCode: z.number().optional(),
  turns: z.number(),
});

/** The agent's own word: read for people, believed by nobody. */
const resultShape = z.object({
  agent: z
    .object({
      reason: z.string().max(100),
      message: z.string().max(2_000),
      finalText: z.string().max(10_000),
      turns: z.number(),
      sessionId: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,100}$/)
        .optional(),
      failedGates: z.array(failedGateShape).max(FAILED_GATES_MAX).default([]),
    })
    .optional(),
  failure: z.object({ reason: z.enum(FAILURES), message: z.string().max(10_000) }).optional(),
});

type Said = z.infer<typeof resultShape>;

export async function verify(container: StageContainer): Promise<RunOutcome> {
  const prepared = await readPrepared(container);
  const { agent, failure } = await readResult(container);
  const patch = await readPatch(container);
  const judged = typeof patch === "string" ? await judge(container, prepared, patch) : patch;
  const verdict: VerifyResult = {
    version: 1,
    ...judged.verdict,
    ...(failure !== undefined && isTold(judged.verdict, failure.reason) ? { passed: false, ...failure } : {}),
    agent: agent === undefined ? undefined : { ...agent, sessionId: agent.sessionId },
  };
  await leaveVerdict(container, verdict, judged.patch);
  const session = agent?.sessionId === undefined ? {} : { sessionId: agent.sessionId };
  return {
    version: 1,
    container: "verify",
    result: verdict.passed ? "passed" : "failed",
    reason: verdict.reason,
    message: verdict.message,
    ...(agent === undefined ? {} : { agentTurns: agent.turns }),
    ...session,
  };
}

/**
 * What the agent container gave up on is not saved by gates that happen to pass; and where a gate fails because the agent
 * could not finish, why it could not is what a person must know.
 */
function isTold(verdict: Verdict, reason: string): boolean {
  return verdict.passed || (verdict.reason === "GateFailed" && reason !== "GateFailed");
}

/** Nothing that a gate started, and no link that it laid, may be there when the verdict is written. */
async function leaveVerdict(
  { runner, files, directories }: StageContainer,
  verdict: VerifyResult,
  patch: string,
): Promise<void> {
  await runner.endOthers();
  for (const [name, text] of [[PATCH_FILE, patch] as const, [VERDICT_FILE, JSON.stringify(verdict)] as const]) {
    await files.remove(`${directories.verified}/${name}`);
    await files.write(`${directories.verified}/${name}`, text);
  }
}

/** What is not understood counts as not said. */
async function readResult({ files, directories }: StageContainer): Promise<Said> {
  try {
    const text = await files.readUntrusted(`${directories.result}/${RESULT_FILE}`, RESULT_BYTES_MAX);
    const said = resultShape.safeParse(JSON.parse(text ?? "{}"));
    return said.success ? said.data : {};
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, "Invalid")) return {};
    throw error;
  }
}

type Verdict = Omit<VerifyResult, "version" | "agent">;
interface Judged {
  readonly verdict: Verdict;
  /** What publish may use; empty when the patch is refused. */
  readonly patch: string;
}

async function readPatch({ files, directories, run }: StageContainer): Promise<string | Judged> {
  try {
    const patch = await files.readUntrusted(`${directories.result}/${PATCH_FILE}`, run.limits.patchBytesMax);
    return patch ?? "";
  } catch (error) {
    if (hasCode(error, "Invalid")) return refused([`${error.message} (limits.patchBytesMax)`]);
    throw error;
  }
}

function refused(refusals: readonly string[]): Judged {
  const message = `the change may not be published: ${refusals.slice(0, 5).join("; ")}. Leave these out, or make the change by hand`;
  return {
    patch: "",
    verdict: { passed: false, reason: "PatchRefused", message, gates: [], changed: false, restored: [] },
  };
}

async function judge(container: StageContainer, prepared: Prepared, patch: string): Promise<Judged> {
  const { runner, directories, files, run } = container;
  const directory = `${directories.workspace}/repo`;
  const tree = await checkOutStart(prepared, { runner, files, source: directories.source, directory });
  const problem = patch === "" ? undefined : await readIntoIndex(container, tree, patch);
  if (problem !== undefined) return refused([problem]);
  const { protectedPaths } = prepared.repositoryFile;
  const policy = { stage: prepared.stage, docsDirectory: run.docs.directory, protectedPaths };
  const decision = decidePatch(await changesOf(tree), policy);
  const refusals = [...decision.refusals, ...findSecrets(patch, container.secretForms)];
  if (refusals.length > 0) return refused(refusals);
  const taken = new Set(decision.restore);
  await takeFrom(tree, tree.startSha, (path) => taken.has(path));
  // Read before setup and gates run: what they leave in the tree is not part of the change.
  const file = `${directories.workspace}/kept.patch`;
  await writeDiff(tree, file);
  const change = (await files.read(file, 2 * run.limits.patchBytesMax)) ?? "";
  await writeOut(tree);
  await takeFrom(tree, prepared.baseSha, (path) => isProtected(path, protectedPaths));
  const gates = await runAllGates(container, prepared, tree);
  return { patch: change, verdict: conclude(prepared, gates, change !== "", decision.restore) };
}

/** Only the index takes the patch: nothing is written to the file system before the change is judged. */
async function readIntoIndex(
  { directories, files }: StageContainer,
  { git }: StartTree,
  patch: string,
): Promise<string | undefined> {
  const file = `${directories.workspace}/${PATCH_FILE}`;
  await files.write(file, patch);
  const applied = await git.attempt("apply", "--cached", "--binary", "--whitespace=nowarn", file);
  if (applied.exitCode === 0) return undefined;
  return `the patch does not apply to the branch: ${applied.stderr.trim().slice(-300)}`;
}

async function writeOut({ git }: StartTree): Promise<void> {
  await git.run("checkout-index", "--quiet", "--all", "--force");
  await git.run("clean", "--quiet", "-d", "-x", "--force");
}

async function runAllGates(
  container: StageContainer,
  prepared: Prepared,
  tree: StartTree,
): Promise<readonly GateResult[]> {
  const { directories, log } = container;
  const home = `${directories.workspace}/home`;
  await writeToolSettings(container, home);
  const surroundings = {
    runner: hideSecrets(container),
    directory: tree.directory,
    environment: { ...commandEnvironment(container, home), ...deploymentVariable(prepared) },
    wallMs: GATE_WALL_MS,
    onLine: (line: string) => log.write("info", line),
  };
  const results = [...(await runCommands(prepared.stage, prepared.repositoryFile.setup, surroundings))];
  for (const [stage, commands] of Object.entries(prepared.gates)) {
    if (firstFailure(results) !== undefined) break;
    results.push(...(await runCommands(stage as Stage, commands, surroundings)));
  }
  return results;
}

function conclude(
  prepared: Prepared,
  gates: readonly GateResult[],
  changed: boolean,
  restored: readonly string[],
): Verdict {
  const facts = { gates, changed, restored };
  const failure = firstFailure(gates);
  if (failure !== undefined) {
    const said = failure.output.trim().split("\n").slice(-3).join(" / ");
    const message = `gate ${failure.stage} fails: \`${failure.command}\` ended with exit code ${failure.exitCode ?? "none"}: ${said}`;
    return { passed: false, reason: "GateFailed", message, ...facts };
  }
  // A change may be the repair: whether it is, publish finds out on the head that holds it.
  const missing = prepared.awaited === undefined || changed ? undefined : awaitedFailure(prepared.awaited);
  if (missing !== undefined) return { passed: false, ...missing, ...facts };
  return {
    passed: true,
    reason: "GatesPassed",
    message: gates.length === 0 ? "no gate is configured" : `${gates.length} commands passed`,
    ...facts,
  };
}
