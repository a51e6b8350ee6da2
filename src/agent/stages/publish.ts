// `agent publish`: the only container that changes GitHub. It uses what verify left and nothing of the agent's word.
// Every effect looks for its own trace first, so that a repeated run changes nothing twice.
import { z } from "zod";
import type { RunOutcome } from "../../configuration/run-file.ts";
import { PlatformError } from "../../platform/errors.ts";
import { findPullRequest } from "../admission/github-facts.ts";
import { repositoryName, StageEnding, type StageContainer } from "../container.ts";
import { createGit, isSuperseded, type Git } from "../git.ts";
import { PATCH_FILE, VERDICT_FILE, type Ending, type Prepared, type VerifyResult } from "../prepared.ts";
import { checkOutStart, type StartTree } from "../start-tree.ts";
import { awaitChecks, awaitedFailure } from "./await-checks.ts";
import { keepPullRequest, type PublishedPullRequest } from "./pull-request.ts";
import { readPrepared } from "./read-prepared.ts";
import { ourChecks, wouldBeChecks, writeFailure, writeVerdicts } from "./write-verdicts.ts";

export async function publish(container: StageContainer): Promise<RunOutcome> {
  const prepared = await readPrepared(container);
  const verdict = await readVerdict(container);
  const patch = await readPatch(container);
  if (container.run.publishMode === "dry-run") return dryRun(container, prepared, verdict, patch);
  if (!verdict.passed) return publishFailure(container, prepared, verdict);
  const head = patch === "" ? prepared.ownHead : await pushChange(container, prepared, patch);
  if (head === undefined) return outcome({ prepared, verdict: noChange(verdict) });
  const pullRequest = await keepPullRequest(container, prepared);
  const proven =
    head === prepared.ownHead ? { verdict, prepared } : await awaitNewHead(container, prepared, verdict, head);
  const checkRunUrl = await writeVerdicts(container, proven.verdict, { prepared, head });
  return outcome({ ...proven, head, pullRequest, checkRunUrl });
}

/** A failed stage publishes its verdict, never its change; where no head is ours there is nothing to hang one on. */
async function publishFailure(
  container: StageContainer,
  prepared: Prepared,
  verdict: VerifyResult,
): Promise<RunOutcome> {
  const head = prepared.ownHead;
  if (head === undefined) return outcome({ prepared, verdict });
  const pullRequest = await findPullRequest(container.api, repositoryName(container.run), { branch: prepared.branch });
  const checkRunUrl = await writeFailure(container, verdict, { head, criteria: prepared.criteria });
  return outcome({ prepared, verdict, head, pullRequest, checkRunUrl });
}

/** `prepare` ended before the work: the verdict, where a head of ours is known, and the same outcome again. */
export async function publishEnding(container: StageContainer, ending: Ending): Promise<RunOutcome> {
  const { reason, message, ownHead: head } = ending;
  const failed = { version: 1, container: "publish", result: "failed", reason, message } as const;
  if (head === undefined || container.run.publishMode === "dry-run") return failed;
  const nothing = { gates: [], changed: false, restored: [], agent: undefined };
  const verdict: VerifyResult = { version: 1, passed: false, reason, message, ...nothing };
  const checkRunUrl = await writeFailure(container, verdict, { head, criteria: [] });
  return { ...failed, headSha: head, ...(checkRunUrl === undefined ? {} : { checkRunUrl }) };
}

interface Proven {
  readonly prepared: Prepared;
  readonly verdict: VerifyResult;
}

/** A repaired deployment is proven on the head that holds the repair, not on the one before it. */
async function awaitNewHead(
  container: StageContainer,
  prepared: Prepared,
  verdict: VerifyResult,
  head: string,
): Promise<Proven> {
  const { deploy } = prepared.repositoryFile;
  if (prepared.awaited === undefined || deploy === undefined) return { prepared, verdict };
  const awaited = await awaitChecks({ repository: repositoryName(container.run), sha: head, ...deploy }, container);
  const now = { ...prepared, awaited: awaited.checks, deploymentUrl: awaited.deploymentUrl };
  const failure = awaitedFailure(awaited.checks);
  return { prepared: now, verdict: failure === undefined ? verdict : { ...verdict, passed: false, ...failure } };
}

async function readPatch({ files, directories, run }: StageContainer): Promise<string> {
  // Verify wrote it, of a change within the limit; git's own form of it may be a little longer.
  return (await files.readUntrusted(`${directories.verified}/${PATCH_FILE}`, 2 * run.limits.patchBytesMax)) ?? "";
}

const verdictShape = z.looseObject({
  version: z.literal(1),
  passed: z.boolean(),
  reason: z.string(),
  message: z.string(),
});

async function readVerdict({ files, directories }: StageContainer): Promise<VerifyResult> {
  const text = await files.readUntrusted(`${directories.verified}/${VERDICT_FILE}`, VERDICT_BYTES_MAX);
  if (text === undefined) throw new Error(`${VERDICT_FILE} is missing: verify did not finish`);
  return verdictShape.parse(JSON.parse(text)) as unknown as VerifyResult;
}

const VERDICT_BYTES_MAX = 16 * 1024 * 1024;

/** Commits and pushes; the SHA on the branch afterwards. */
async function pushChange(container: StageContainer, prepared: Prepared, patch: string): Promise<string> {
  const { runner, files, directories } = container;
  const directory = `${directories.workspace}/repo`;
  const tree = await checkOutStart(prepared, { runner, files, source: directories.source, directory });
  const git = committer(container, tree, prepared);
  await commit(container, git, patch);
  const sha = (await git.run("rev-parse", "HEAD")).trim();
  await pushOnce(container, git, prepared, sha);
  return sha;
}

function committer({ run, runner }: StageContainer, tree: StartTree, prepared: Prepared): Git {
  const slug = run.profile.githubApp.toLowerCase();
  const identity = {
    name: `${slug}[bot]`,
    // The number that GitHub puts before it is of the bot user, which only GitHub knows; without it the name decides.
    email: `${slug}[bot]@users.noreply.github.com`,
    epochSeconds: prepared.startedAt,
  };
  return createGit({ runner, directory: tree.directory, identity });
}

async function commit({ run, files, directories }: StageContainer, git: Git, patch: string): Promise<void> {
  const file = `${directories.workspace}/${PATCH_FILE}`;
  await files.write(file, patch);
  await git.run("apply", "--index", "--binary", "--whitespace=nowarn", file);
  const subject =
    run.kind === "DocsRun" ? "Write task files" : `${SUBJECTS[run.identity.stage] ?? "Work"} for task ${run.taskId}`;
  await git.run("commit", "--quiet", "--no-verify", "-m", `${subject}\n\nRun: ${run.namespace}/${run.name}`);
}

const SUBJECTS: Readonly<Record<string, string>> = {
  author: "Implement the change",
  "remediate-comment": "Answer the review",
  "remediate-ci": "Repair the build",
  clippy: "Satisfy the linters",
  tests: "Add tests",
  deploy: "Repair the deployment",
  acceptance: "Prove the criteria",
};

/** With the expected old value as lease; a branch that already has the commit was pushed by an earlier try. */
async function pushOnce(container: StageContainer, git: Git, prepared: Prepared, sha: string): Promise<void> {
  const { run, runner, gatewayUrl, token } = container;
  const directory = `${container.directories.workspace}/repo`;
  const remote = createGit({ runner, directory, authorization: `Bearer ${token}` });
  const address = `${gatewayUrl}/git/${repositoryName(run)}.git`;
  const ref = `refs/heads/${prepared.branch}`;
  const listed = (await remote.run("ls-remote", address, ref)).split("\t")[0] ?? "";
  if (listed === sha) return;
  if (listed !== (prepared.branchSha ?? "")) throw superseded(prepared.branch);
  // The start of the commit contains the branch's head; what would not is refused, whatever made it so.
  if (prepared.branchSha !== undefined) await git.run("merge-base", "--is-ancestor", prepared.branchSha, sha);
  const pushed = await remote.attempt(
    "push",
    "--porcelain",
    `--force-with-lease=${ref}:${prepared.branchSha ?? ""}`,
    address,
    `${sha}:${ref}`,
  );
  if (pushed.exitCode === 0) return;
  if (isSuperseded(pushed) || /stale info|rejected/i.test(pushed.stdout + pushed.stderr))
    throw superseded(prepared.branch);
  throw new PlatformError({ code: "Unavailable", message: `git push failed: ${pushed.stderr.trim().slice(-500)}` });
}

function superseded(branch: string): StageEnding {
  return new StageEnding(
    "Superseded",
    `${branch} has moved on since this run began; nothing was pushed, the newer head is worked on instead`,
  );
}

interface Published extends Proven {
  readonly head?: string | undefined;
  readonly pullRequest?: PublishedPullRequest | undefined;
  readonly checkRunUrl?: string | undefined;
}

function outcome({ prepared, verdict, head, pullRequest, checkRunUrl }: Published): RunOutcome {
  const { agent, passed, reason, message } = verdict;
  const published = head === prepared.branchSha ? "Verified" : "Published";
  return {
    version: 1,
    container: "publish",
    result: passed ? "passed" : "failed",
    reason: passed ? published : reason,
    message,
    ...(head === undefined ? {} : { headSha: head }),
    ...(pullRequest === undefined ? {} : { pullRequest: pullRequest.number, pullRequestUrl: pullRequest.url }),
    ...(checkRunUrl === undefined ? {} : { checkRunUrl }),
    ...(prepared.deploymentUrl === undefined ? {} : { deploymentUrl: prepared.deploymentUrl }),
    ...(prepared.awaited === undefined ? {} : { actionsRunUrls: prepared.awaited.actionsRunUrls }),
    ...(agent === undefined ? {} : { agentTurns: agent.turns }),
    ...(agent?.sessionId === undefined ? {} : { sessionId: agent.sessionId }),
  };
}

function noChange(verdict: VerifyResult): VerifyResult {
  const message = "the agent changed nothing, so there is nothing to open a pull request with; make the task clearer";
  return { ...verdict, passed: false, reason: "NoChange", message };
}

/** Shows what would be written: the change, and every check run on the head that it would make. */
async function dryRun(
  container: StageContainer,
  prepared: Prepared,
  verdict: VerifyResult,
  patch: string,
): Promise<RunOutcome> {
  const { log } = container;
  log.write("info", `dry run: nothing is written to GitHub. The change on ${prepared.branch} would be:`);
  for (const line of patch.split("\n")) log.write("info", line);
  // A pushed change makes a new head, which has no check runs yet.
  const isSameHead = patch === "" && prepared.ownHead !== undefined;
  const present = isSameHead ? await ourChecks(container, prepared.ownHead) : [];
  for (const check of await wouldBeChecks(container, verdict, { prepared, present })) {
    log.write("info", `dry run: check run runyard/${check.stage} would be ${check.passed ? "success" : "failure"}:`);
    for (const line of check.summary.split("\n")) log.write("info", line);
  }
  const result = verdict.passed ? "passed" : "failed";
  return {
    version: 1,
    container: "publish",
    result,
    reason: verdict.passed ? "DryRun" : verdict.reason,
    message: `dry run: ${verdict.message}`,
  };
}
