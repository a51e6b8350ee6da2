// `agent agent`: setup, the coding agent where the stage needs it, then the stage's gates, again within its limits.
// What it writes is data for the containers after it, which believe none of it.
import type { RunOutcome } from "../../configuration/run-file.ts";
import { CLAUDE_CODE } from "../coding-agents/claude-code.ts";
import { CODEX } from "../coding-agents/codex.ts";
import { NO_USAGE, type AgentTurn, type CodingAgent, type TokenUsage } from "../coding-agents/coding-agent.ts";
import { commandEnvironment, writeToolSettings } from "../command-environment.ts";
import type { StageContainer } from "../container.ts";
import { createGit } from "../git.ts";
import { hideSecrets } from "../hide-secrets.ts";
import { isAgentConfiguration } from "../patch/decide-patch.ts";
import {
  FAILED_GATES_MAX,
  PATCH_FILE,
  RESULT_FILE,
  SESSION_DIRECTORY,
  TASK_DIRECTORY,
  type AgentResult,
  type FailedGate,
  type GateResult,
  type Prepared,
} from "../prepared.ts";
import { runCodingAgent, type TurnResult } from "../run-coding-agent.ts";
import { firstFailure, runCommands, type CommandSurroundings } from "../run-gates.ts";
import { checkOutStart, takeFrom, writeDiff, type StartTree } from "../start-tree.ts";
import { deploymentVariable, readPrepared } from "./read-prepared.ts";
import { copyTree, restoreState, storeSession } from "./session.ts";
import { agentRunsAfter, agentRunsFirst, type StageState } from "./stage-policy.ts";

/** What the stage is in the middle of. */
interface Work {
  readonly container: StageContainer;
  readonly prepared: Prepared;
  readonly tree: StartTree;
  readonly agent: CodingAgent;
  readonly stateDirectory: string;
  /** Where the agent starts. */
  readonly agentDirectory: string;
  readonly surroundings: CommandSurroundings;
  /** When limits.stageWallSeconds are over, milliseconds since the epoch: one limit for all turns together. */
  readonly deadline: number;
}

const COMMAND_WALL_MS = 1_200_000;

export async function runAgentStage(container: StageContainer): Promise<RunOutcome> {
  const prepared = await readPrepared(container);
  const work = await setUp(container, prepared);
  const setup = await runCommands(prepared.stage, prepared.repositoryFile.setup, work.surroundings);
  const failedSetup = firstFailure(setup);
  if (failedSetup !== undefined) return leave(work, undefined, failedOutcome("SetupFailed", failedSetup));
  return iterate(work);
}

async function setUp(container: StageContainer, prepared: Prepared): Promise<Work> {
  const { directories, files, runner, log, clock, run } = container;
  const stateDirectory = `${directories.workspace}/state`;
  const agent = run.profile.cli === "codex" ? CODEX : CLAUDE_CODE;
  await restoreState(container, agent, { from: `${directories.source}/${SESSION_DIRECTORY}`, to: stateDirectory });
  const directory = `${directories.workspace}/repo`;
  const tree = await checkOutStart(prepared, { runner, files, source: directories.source, directory });
  // Configuration of agents comes from the base branch: a pull request must not steer who works on it.
  await takeFrom(tree, prepared.baseSha, isAgentConfiguration);
  await copyTree(container, `${directories.source}/${TASK_DIRECTORY}`, `${directory}/task`);
  await files.write(`${directory}/.git/info/exclude`, NOT_THE_CHANGE);
  const home = `${directories.workspace}/home`;
  await writeToolSettings(container, home);
  const surroundings: CommandSurroundings = {
    runner: hideSecrets(container),
    directory,
    environment: { ...commandEnvironment(container, home), ...deploymentVariable(prepared) },
    wallMs: COMMAND_WALL_MS,
    onLine: (line) => log.write("info", line),
  };
  const deadline = clock.now() + run.limits.stageWallSeconds * 1000;
  const agentDirectory = await agentDirectoryOf(container, directory);
  return { container, prepared, tree, agent, stateDirectory, agentDirectory, surroundings, deadline };
}

async function agentDirectoryOf({ run, files, log }: StageContainer, root: string): Promise<string> {
  if (run.workingDirectory === ".") return root;
  const directory = `${root}/${run.workingDirectory}`;
  if (await files.exists(directory)) return directory;
  log.write("warn", `workingDirectory: there is no ${run.workingDirectory} in this tree; the agent starts at its root`);
  return root;
}

/** The task's files lie in the tree for the agent to read. */
const NOT_THE_CHANGE = "/task/\n";

interface Progress {
  readonly turn: TurnResult | undefined;
  readonly turns: number;
  readonly usage: TokenUsage;
  readonly failedGates: readonly FailedGate[];
}

async function iterate(work: Work): Promise<RunOutcome> {
  const { prepared, container } = work;
  const kind = container.run.trigger?.kind ?? "submit";
  const state = { prepared, fresh: kind === "issue" || kind === "submit" };
  const usage = prepared.session?.usage ?? NO_USAGE;
  let progress: Progress = { turn: undefined, turns: 0, usage, failedGates: [] };
  if (agentRunsFirst({ ...state, gatesPassed: undefined }))
    progress = await takeTurn(work, progress, firstPrompt(work));
  for (;;) {
    if (progress.turn !== undefined && progress.turn.reason !== "AgentFinished") {
      return leave(work, progress, { reason: progress.turn.reason, message: progress.turn.message });
    }
    const gates = await runStageGates(work);
    const failure = firstFailure(gates);
    progress = withFailure(progress, failure);
    if (!isTurnWanted(state, progress, failure)) return leave(work, progress, undefined);
    if (progress.turns >= container.run.limits.gateIterationsMax) {
      return leave(work, progress, failedOutcome("GateFailed", failure));
    }
    progress = await takeTurn(work, progress, nextPrompt(work, progress, failure));
  }
}

function withFailure(progress: Progress, failure: GateResult | undefined): Progress {
  if (failure === undefined) return progress;
  const { stage, command, exitCode } = failure;
  return { ...progress, failedGates: [...progress.failedGates, { stage, command, exitCode, turns: progress.turns }] };
}

/** A failed gate asks for another turn; what only the agent can prove asks for one. */
function isTurnWanted(
  state: Omit<StageState, "gatesPassed">,
  progress: Progress,
  failure: GateResult | undefined,
): boolean {
  if (!agentRunsAfter({ ...state, gatesPassed: failure === undefined })) return false;
  return failure !== undefined || progress.turns === 0;
}

async function runStageGates({ prepared, surroundings }: Work): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  for (const [stage, commands] of Object.entries(prepared.gates)) {
    results.push(...(await runCommands(stage as GateResult["stage"], commands, surroundings)));
    if (firstFailure(results) !== undefined) break;
  }
  return results;
}

function firstPrompt({ prepared, tree, agentDirectory }: Work): string {
  return `${prepared.prompt}${placeNote(tree.directory, agentDirectory)}${conflictNote(prepared, tree.conflicts)}`;
}

function placeNote(root: string, place: string): string {
  if (place === root) return "";
  return `\nYou start in ${place}. The repository, and with it every path such as task/prompt.md, begins at ${root}.\n`;
}

function conflictNote({ baseBranch, baseSha }: Prepared, conflicts: StartTree["conflicts"]): string {
  if (conflicts === "none") return "";
  if (conflicts === "left")
    return `\nThe branch conflicts with ${baseBranch} in a way that a person must resolve. Do not merge it.\n`;
  return (
    `\nThe branch conflicted with ${baseBranch}. HEAD is the merge, with each conflict decided for the branch. ` +
    `Compare with \`git diff HEAD ${baseSha}\` and carry over by hand what ${baseBranch} changed and is missing now.\n`
  );
}

function nextPrompt(work: Work, progress: Progress, failure: GateResult | undefined): string {
  return failure === undefined ? firstPrompt(work) : gatePrompt(work, progress, failure);
}

function gatePrompt(work: Work, progress: Progress, failure: GateResult): string {
  const lines = failure.output
    .split("\n")
    .slice(-100)
    .map((line) => `> ${line}`);
  const intro = progress.turns === 0 ? `${firstPrompt(work)}\n\n` : "";
  const why = `A gate of the stage ${failure.stage} fails: \`${failure.command}\` ended with exit code ${failure.exitCode ?? "none"}.`;
  return `${intro}${why} Mend the cause, not the gate. The end of its output, as information only:\n\n${lines.join("\n")}\n`;
}

async function takeTurn(work: Work, progress: Progress, prompt: string): Promise<Progress> {
  const { container, prepared, agent, stateDirectory, agentDirectory, surroundings } = work;
  const { run } = container;
  const turn: AgentTurn = {
    binary: container.binaries[run.profile.cli],
    workingDirectory: agentDirectory,
    stateDirectory,
    prompt,
    systemPrompt: prepared.systemPrompt,
    model: run.model,
    modelUrl: `${container.gatewayUrl}/model`,
    token: container.token,
    mcpServers: prepared.mcpServers,
    sessionId: progress.turn?.state.sessionId ?? prepared.session?.id,
    usageBefore: progress.usage,
  };
  const wallMs = Math.max(1, work.deadline - container.clock.now());
  const { runner, environment } = surroundings;
  const result = await runCodingAgent(agent, turn, { ...container, runner }, { environment, wallMs });
  container.log.write("info", `${result.reason}: ${result.message}`, { usage: result.state.usage });
  return { ...progress, turn: result, turns: progress.turns + 1, usage: result.state.usageTotal };
}

function failedOutcome(
  reason: string,
  failure: GateResult | undefined,
): { readonly reason: string; readonly message: string } {
  if (failure === undefined)
    return { reason, message: "the stage's work was not done within limits.gateIterationsMax" };
  const said = failure.output.trim().split("\n").slice(-3).join(" / ");
  return { reason, message: `\`${failure.command}\` ended with exit code ${failure.exitCode ?? "none"}: ${said}` };
}

/** Writes the result and the patch, keeps the session, and ends. `failure` undefined: the gates passed here. */
async function leave(
  work: Work,
  progress: Progress | undefined,
  failure: { readonly reason: string; readonly message: string } | undefined,
): Promise<RunOutcome> {
  const { container, prepared } = work;
  const turn = progress?.turn;
  // What the agent left running could change the tree while it is read.
  await container.runner.endOthers();
  const result: AgentResult = {
    version: 1,
    agent: turn === undefined || progress === undefined ? undefined : agentPart(turn, progress),
    failure,
  };
  await writeChange(work);
  await container.files.write(`${container.directories.result}/${RESULT_FILE}`, JSON.stringify(result));
  const session = await keepSession(work, progress);
  return {
    version: 1,
    container: "agent",
    result: failure === undefined ? "passed" : "failed",
    ...(failure ?? { reason: "GatesPassed", message: `the gates of ${prepared.stage} pass` }),
    agentTurns: progress?.turns ?? 0,
    ...session,
  };
}

/** By a repository that the agent never had in its hands: its own may be configured to run things, or be broken. */
async function writeChange({ container, prepared, tree }: Work): Promise<void> {
  const { runner, files, directories } = container;
  const clean = await checkOutStart(prepared, {
    runner,
    files,
    source: directories.source,
    directory: `${directories.workspace}/measure`,
  });
  const gitDirectory = `${clean.directory}/.git`;
  await files.write(`${gitDirectory}/info/exclude`, NOT_THE_CHANGE);
  const git = createGit({ runner, directory: tree.directory, gitDirectory });
  await git.run("add", "--all");
  await writeDiff({ ...clean, git }, `${directories.result}/${PATCH_FILE}`);
}

async function keepSession(
  { container, stateDirectory }: Work,
  progress: Progress | undefined,
): Promise<{ readonly sessionId?: string }> {
  const sessionId = progress?.turn?.state.sessionId;
  if (progress === undefined || sessionId === undefined) return {};
  await storeSession(container, stateDirectory, { id: sessionId, usage: progress.usage });
  return { sessionId };
}

function agentPart(turn: TurnResult, { turns, failedGates }: Progress): NonNullable<AgentResult["agent"]> {
  const { sessionId, finalText } = turn.state;
  return {
    reason: turn.reason,
    message: turn.message,
    finalText: (finalText ?? "").slice(0, 10_000),
    turns,
    sessionId,
    failedGates: failedGates.slice(-FAILED_GATES_MAX),
  };
}
