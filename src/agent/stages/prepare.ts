// `agent prepare`: brings the repository, the task and the session into the pod. Everything that steers agents and gates
// is read from the base branch, never from the branch under work.
import { readProfilePrompt } from "../../configuration/profile-prompt.ts";
import type { RunOutcome } from "../../configuration/run-file.ts";
import {
  EMPTY_REPOSITORY_FILE,
  parseRepositoryFile,
  REPOSITORY_FILE,
  type RepositoryFile,
} from "../../configuration/repository-file.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { STAGES, taskBranch, type Stage } from "../../resources/run-identity.ts";
import { repositoryName, StageEnding, type StageContainer } from "../container.ts";
import { createGit, isBranchName, type Git } from "../git.ts";
import { PREPARED_FILE, REPOSITORY_DIRECTORY, SESSION_DIRECTORY, TASK_DIRECTORY, type Prepared } from "../prepared.ts";
import { awaitChecks, type Awaited } from "./await-checks.ts";
import { selectMcpServers } from "./mcp-servers.ts";
import { readSubject } from "./read-subject.ts";
import { loadSession } from "./session.ts";
import { buildPrompt, readCriteria, TASK_FILE_NAMES, titleOf, type TaskFiles } from "./task-files.ts";

export async function prepare(container: StageContainer): Promise<RunOutcome> {
  const { run, directories, files } = container;
  const place = await fetchRepository(container);
  const repositoryFile = await readRepositoryFile(place);
  await container.egress.allow(repositoryFile.egress.allow);
  const taskFiles = run.kind === "DocsRun" ? {} : await readTaskFiles(container, place);
  for (const [name, text] of Object.entries(taskFiles))
    await files.write(`${directories.source}/${TASK_DIRECTORY}/${name}`, text);
  const awaited = await awaitDeploy(container, repositoryFile, place.ownHead);
  const prompts = readProfilePrompt(run.profile.systemPrompt);
  const mcp = selectMcpServers(prompts.mcpServers, taskFiles, run.mcpServersAllowed);
  for (const refusal of mcp.refused) container.log.write("warn", refusal);
  const subject = await readSubject(run, container.api);
  const prepared: Prepared = {
    version: 1,
    stage: run.identity.stage,
    baseBranch: place.base,
    baseSha: place.baseSha,
    branch: place.branch,
    branchSha: place.branchSha,
    ownHead: place.ownHead,
    title: titleOf(run, subject),
    repositoryFile,
    gates: gatesOf(run.identity.stage, repositoryFile, prompts.gates),
    prompt: buildPrompt(run, taskFiles, subject, deployNotes(awaited)),
    systemPrompt: prompts.prompt,
    mcpServers: mcp.servers,
    session: await loadSession(container, `${directories.source}/${SESSION_DIRECTORY}`),
    awaited: awaited?.checks,
    deploymentUrl: awaited?.deploymentUrl,
    criteria: readCriteria(taskFiles["acceptance-criteria.md"]),
    startedAt: Math.floor(container.clock.now() / 1000),
  };
  await files.write(`${directories.source}/${PREPARED_FILE}`, JSON.stringify(prepared));
  return {
    version: 1,
    container: "prepare",
    result: "passed",
    reason: "Prepared",
    message: `prepared ${place.branch} at ${(place.branchSha ?? place.baseSha).slice(0, 12)}`,
  };
}

/** The repository as this run works on it. */
interface Place {
  readonly git: Git;
  readonly base: string;
  readonly baseSha: string;
  readonly branch: string;
  readonly branchSha: string | undefined;
  readonly ownHead: string | undefined;
}

async function fetchRepository(container: StageContainer): Promise<Place> {
  const { run, directories } = container;
  const branch = branchOf(container);
  const base = await baseBranchOf(container);
  const directory = `${directories.source}/${REPOSITORY_DIRECTORY}`;
  const git = await fetchMirror(container, directory, {
    repository: repositoryName(run),
    branches: [base, branch],
    options: [],
  });
  const baseSha = await shaOf(git, `refs/heads/${base}`);
  if (baseSha === undefined) throw new StageEnding("BaseBranchMissing", `${repositoryName(run)} has no branch ${base}`);
  const branchSha = await shaOf(git, `refs/heads/${branch}`);
  const ownHead = branchSha === undefined || (await isAncestor(git, branchSha, baseSha)) ? undefined : branchSha;
  return { git, base, baseSha, branch, branchSha, ownHead };
}

/** A branch whose head the base already has holds nothing of its own: its SHA is the base's, and no verdict goes there. */
async function isAncestor(git: Git, sha: string, of: string): Promise<boolean> {
  return (await git.attempt("merge-base", "--is-ancestor", sha, of)).exitCode === 0;
}

function branchOf({ run }: StageContainer): string {
  const branch = run.identity.branch ?? taskBranch(run.taskId);
  if (isBranchName(branch)) return branch;
  throw new StageEnding("InvalidBranch", `"${branch}" is no branch name that Runyard works on`);
}

async function baseBranchOf({ run, api }: StageContainer): Promise<string> {
  const named = run.identity.baseBranch;
  if (named !== undefined && isBranchName(named)) return named;
  const answer = (await api.get(`/repos/${repositoryName(run)}`)) as { readonly default_branch?: unknown } | undefined;
  const branch = answer?.default_branch;
  if (typeof branch === "string" && isBranchName(branch)) return branch;
  throw new StageEnding("BaseBranchMissing", `${repositoryName(run)}: its default branch is not known`);
}

/** A bare repository with exactly these branches, if they exist; whatever an earlier try left there is gone. */
async function fetchMirror(
  { runner, gatewayUrl, token, files }: StageContainer,
  directory: string,
  wanted: { readonly repository: string; readonly branches: readonly string[]; readonly options: readonly string[] },
): Promise<Git> {
  await files.remove(directory);
  await files.makeDirectory(directory);
  const git = createGit({ runner, directory, authorization: `Bearer ${token}` });
  await git.run("init", "--quiet", "--bare", "--initial-branch=runyard-unused", ".");
  const remote = `${gatewayUrl}/git/${wanted.repository}.git`;
  const names = [...new Set(wanted.branches)].map((branch) => `refs/heads/${branch}`);
  const fetch = ["fetch", "--quiet", "--no-tags", ...wanted.options, remote];
  const all = await git.attempt(...fetch, ...names.map(mirrored));
  if (all.exitCode === 0) return git;
  // Mostly they all exist; only where one does not, the remote is asked which do.
  const refs = await git.run("ls-remote", "--heads", remote, ...names);
  const present = names.filter((name) => refs.includes(`\t${name}\n`));
  if (present.length > 0) await git.run(...fetch, ...present.map(mirrored));
  return git;
}

function mirrored(name: string): string {
  return `+${name}:${name}`;
}

async function shaOf(git: Git, ref: string): Promise<string | undefined> {
  const result = await git.attempt("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

async function readRepositoryFile({ git, base, ownHead }: Place): Promise<RepositoryFile> {
  const text = await git.attempt("show", `refs/heads/${base}:${REPOSITORY_FILE}`);
  if (text.exitCode !== 0) return EMPTY_REPOSITORY_FILE;
  try {
    return parseRepositoryFile(text.stdout);
  } catch (error) {
    if (error instanceof LanguageError) throw new StageEnding("RepositoryFileInvalid", error.message, ownHead);
    throw error;
  }
}

/** By git, not by the API: a run may read its docs repository there and nowhere else. */
async function readTaskFiles(container: StageContainer, place: Place): Promise<TaskFiles> {
  const { run } = container;
  const { directory, branch } = run.docs;
  if (!isBranchName(branch)) throw new StageEnding("InvalidBranch", `"${branch}" of the docs is no branch name`);
  const git = await fetchDocs(container, place);
  const folder = directory === "" || directory === "." ? "" : `${directory.replaceAll(/^\.?\/|\/$/g, "")}/`;
  const root = `refs/heads/${branch}:${folder}.taskmaster/docs/task-${run.taskId}`;
  const texts: Record<string, string> = {};
  for (const name of TASK_FILE_NAMES) {
    const shown = await git.attempt("show", `${root}/${name}`);
    if (shown.exitCode === 0) texts[name] = shown.stdout;
  }
  return texts;
}

const DOCS_DIRECTORY = "docs.git";

/** Docs that are on the base branch of the same repository are here already. */
async function fetchDocs(container: StageContainer, { git, base }: Place): Promise<Git> {
  const { run, directories } = container;
  const { repository, branch } = run.docs;
  const name = `${repository.owner}/${repository.name}`;
  if (branch === base && name.toLowerCase() === repositoryName(run).toLowerCase()) return git;
  return await fetchMirror(container, `${directories.source}/${DOCS_DIRECTORY}`, {
    repository: name,
    branches: [branch],
    options: ["--depth=1"],
  });
}

/** The commands of the stages before this one, then its own; a remediation answers for what `author` does. */
export function gatesOf(stage: Stage, file: RepositoryFile, own: readonly string[]): Prepared["gates"] {
  const gates: Partial<Record<Stage, readonly string[]>> = {};
  const position = STAGES.findIndex((candidate) => candidate === stage);
  const last = position === -1 ? 0 : position;
  for (const earlier of STAGES.slice(0, last + 1)) {
    const commands = file.gates[earlier] ?? [];
    if (commands.length > 0) gates[earlier] = commands;
  }
  if (stage === "docs") return { docs: [...(file.gates.docs ?? []), ...own] };
  const key = position === -1 ? "author" : stage;
  return own.length === 0 ? gates : { ...gates, [key]: [...(gates[key] ?? []), ...own] };
}

async function awaitDeploy(
  container: StageContainer,
  file: RepositoryFile,
  sha: string | undefined,
): Promise<Awaited | undefined> {
  const { stage } = container.run.identity;
  if ((stage !== "deploy" && stage !== "acceptance") || file.deploy === undefined || sha === undefined)
    return undefined;
  container.log.write("info", `waiting for what deploy.waitFor names on ${sha.slice(0, 12)}`);
  return awaitChecks({ repository: repositoryName(container.run), sha, ...file.deploy }, container);
}

function deployNotes(awaited: Awaited | undefined): readonly string[] {
  return (awaited?.checks.failures ?? []).map((failure) => {
    const lines = failure.log
      .split("\n")
      .slice(-200)
      .map((line) => `> ${line}`);
    return [
      `${failure.name} did not succeed (${failure.url}). The end of its log, as information only:`,
      ...lines,
    ].join("\n");
  });
}
