// What people do in the demonstration, and what must come of it.
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import { waitFor } from "./expectations.ts";
import { REPOSITORY } from "./github-setup.ts";
import { pushRequirements } from "./push-requirements.ts";
import { STAGE_CHECKS, type PullRequest } from "./read-back.ts";
import type { Scene } from "./scene.ts";
import { proveNothingHappens } from "./unwanted-events.ts";
import { outputOf } from "./watch-engine.ts";

export interface ScenarioResult {
  readonly pullRequest: PullRequest;
  readonly docsPullRequest: PullRequest;
  readonly scenes: readonly SceneTime[];
}

/** Milliseconds since the demonstration began. */
export interface SceneTime {
  readonly name: string;
  readonly beganMs: number;
  readonly endedMs: number;
}

const BRANCH = "feature/task-1-implementation";
/** On a cluster, or a machine that is busy with other things; on an idle one it takes a twentieth of that. */
const TASK_MS_MAX = 1_200_000;
const REMEDIATION_MS_MAX = 900_000;

const ISSUE = {
  title: "Discounted prices",
  body: [
    "Add `GET /discount?cents=1000&percent=10`: it answers `cents` and `price` like `/price`, reduced by the percentage",
    "and rounded to the nearest cent. A percentage above the setting `DISCOUNT_PERCENT_MAX` is refused with 400.",
  ].join("\n"),
};

const REMARK = "A negative percentage would raise the price. Please refuse it with 400 too, and add a test.";

/** Runs everything; what does not come true is in the expectations, what cannot go on is thrown. */
export async function playScenario(scene: Scene): Promise<ScenarioResult> {
  const { progress, reader } = scene;
  const scenes: SceneTime[] = [
    { name: "the stand-ins and the engine start", beganMs: 0, endedMs: progress.elapsedMs() },
  ];
  const timed = async <Result>(name: string, play: Promise<Result>): Promise<Result> => {
    const beganMs = progress.elapsedMs();
    const result = await play;
    scenes.push({ name, beganMs, endedMs: progress.elapsedMs() });
    return result;
  };
  const first = await timed("a labelled issue becomes a pull request", finishTask(scene));
  const [repaired, docsPullRequest] = await Promise.all([
    timed("CI fails and is repaired, all stages again", repairCi(scene, first)),
    timed("a DocsRun writes task files", writeDocs(scene)),
  ]);
  const [reviewed] = await Promise.all([
    timed("a review is answered, all stages again", answerReview(scene, repaired)),
    timed("what must do nothing does nothing", proveNothingHappens(scene, repaired)),
  ]);
  return { pullRequest: await reader.pull(reviewed.number), docsPullRequest, scenes };
}

async function finishTask(scene: Scene): Promise<PullRequest> {
  const { world, progress, expectations, reader } = scene;
  const { maintainer } = world.github;
  const issue = (await maintainer.send("POST", `/repos/${REPOSITORY}/issues`, ISSUE)) as { readonly number: number };
  await maintainer.send("POST", `/repos/${REPOSITORY}/issues/${issue.number}/labels`, { labels: ["runyard"] });
  progress.tell(maintainer.login, `opens issue #${issue.number} "${ISSUE.title}" and labels it runyard`);
  await endOfWorkflow(scene, { intent: "task", what: "the task to end", timeoutMs: TASK_MS_MAX });
  const pull = await ownPull(scene);
  const missing = await reader.missingVerdicts(pull.head.sha);
  expectations.expect(
    `the pull request of issue #${issue.number} has all five stages' successes on its head`,
    missing.length === 0,
    missing.length === 0 ? `#${pull.number} at ${pull.head.sha.slice(0, 12)}` : `missing: ${missing.join(", ")}`,
  );
  expectations.expect("it is ready for review", !pull.draft, `draft: ${pull.draft}`);
  const commits = await reader.commits(pull.number);
  await expectGatesFailedOnce(scene, commits);
  await expectPreviewFailedOnce(scene, commits);
  return pull;
}

const GATE_OF = {
  author: "node scripts/build.js",
  clippy: "node scripts/lint.js",
  tests: "node --test",
  deploy: "node scripts/check-preview.js",
  acceptance: "node acceptance/run.js",
} as const;

/**
 * As each stage's check run on GitHub tells it: what failed before the agent's turn, and what passed in the fresh clone.
 * Only the scripted model is certain to leave each gate unsatisfied at first.
 */
async function expectGatesFailedOnce(
  { reader, model, expectations }: Scene,
  commits: readonly string[],
): Promise<void> {
  if (model.kind === "real") return;
  for (const [stage, command] of Object.entries(GATE_OF)) {
    const summaries = await reader.evidence(`runyard/${stage}`, commits);
    const found = summaries
      .map((summary) => readGateEvidence(summary, command))
      .find(({ failed }) => failed.length > 0);
    expectations.expect(
      `the gate of ${stage} fails before it passes`,
      found?.passed === true,
      found === undefined
        ? `no check run runyard/${stage} tells of a failure of ${command}`
        : `check run runyard/${stage}: ${command}: ${[...found.failed, found.passed ? "then 0" : "never 0"].join(", ")}`,
    );
  }
}

/** Of one command, out of the text of a check run. */
function readGateEvidence(summary: string, command: string) {
  const lines = summary.split("\n");
  const failed = lines
    .filter((line) => line.startsWith("- after ") && line.includes(`\`${command}\``))
    .map((line) => /exit code \S+$/.exec(line)?.[0] ?? "failed");
  const passed = lines.some((line) => line.startsWith("| ") && line.includes(`| \`${command}\` | 0 |`));
  return { failed, passed };
}

async function expectPreviewFailedOnce(
  { reader, model, expectations }: Scene,
  commits: readonly string[],
): Promise<void> {
  const states: string[] = [];
  for (const sha of commits) states.push((await reader.preview(sha))?.state ?? "none");
  const holds = states.at(-1) === "success" && (model.kind === "real" || states.includes("failure"));
  expectations.expect("the preview deployment failed first and stands on the head", holds, states.join(", "));
}

/** CI refuses the proofs of acceptance that the index does not list; only the scripted model is certain to forget that. */
async function repairCi(scene: Scene, before: PullRequest): Promise<PullRequest> {
  const { expectations, reader, model } = scene;
  const ci = await waitFor({ what: "CI on the head", timeoutMs: 60_000, signal: scene.signal }, async () => {
    const check = (await reader.checks(before.head.sha)).get("ci");
    return check?.conclusion === null ? undefined : check;
  });
  if (model.kind === "real" && ci.conclusion === "success") return before;
  expectations.expect("CI fails on the head", ci.conclusion === "failure", `ci: ${ci.conclusion ?? "running"}`);
  await endOfWorkflow(scene, { intent: "ci", what: "the repair of CI", timeoutMs: REMEDIATION_MS_MAX });
  return expectNewHead(scene, before, "the repair of CI");
}

async function answerReview(scene: Scene, before: PullRequest): Promise<PullRequest> {
  const { world, progress, expectations, reader } = scene;
  const { reviewer } = world.github;
  const review = { event: "REQUEST_CHANGES", body: REMARK };
  await reviewer.send("POST", `/repos/${REPOSITORY}/pulls/${before.number}/reviews`, review);
  progress.tell(reviewer.login, `requests changes: ${REMARK}`);
  await endOfWorkflow(scene, { intent: "review", what: "the answer to the review", timeoutMs: REMEDIATION_MS_MAX });
  const after = await expectNewHead(scene, before, "the answer to the review");
  const tested = (await reader.files(after.number)).some(
    ({ filename, patch }) => filename.startsWith("test/") && /percent=-/.test(patch ?? ""),
  );
  expectations.expect("the remark is answered with a test", tested, "a test asks for a negative percentage");
  return after;
}

/** A new head, on which every stage has succeeded and CI too. */
async function expectNewHead(scene: Scene, before: PullRequest, by: string): Promise<PullRequest> {
  const { expectations, reader, signal } = scene;
  const after = await reader.pull(before.number);
  const { sha } = after.head;
  expectations.expect(`${by} is a new commit`, sha !== before.head.sha, sha.slice(0, 12));
  const missing = await reader.missingVerdicts(sha);
  const found = missing.length === 0 ? STAGE_CHECKS.join(", ") : `missing: ${missing.join(", ")}`;
  expectations.expect(`after ${by} every stage has succeeded again`, missing.length === 0, found);
  const ci = await waitFor({ what: "CI on the new head", timeoutMs: 60_000, signal }, async () => {
    const check = (await reader.checks(sha)).get("ci");
    return check === undefined || check.conclusion === null ? undefined : check.conclusion;
  });
  expectations.expect(`after ${by} CI succeeds`, ci === "success", `ci: ${ci}`);
  return after;
}

async function writeDocs(scene: Scene): Promise<PullRequest> {
  const { world, progress, expectations, reader } = scene;
  await pushRequirements(world, scene.signal);
  progress.tell(world.github.maintainer.login, "pushes .taskmaster/docs/prd.txt to the default branch");
  const wait = { what: "the pull request of the DocsRun", timeoutMs: REMEDIATION_MS_MAX, signal: scene.signal };
  const pull = await waitFor(wait, async () =>
    (await reader.pulls()).find((candidate) => candidate.user.login === "runyard-docs[bot]"),
  );
  const files = (await reader.files(pull.number)).map(({ filename }) => filename);
  const holds = ["task.md", "prompt.md", "acceptance-criteria.md"].every((name) =>
    files.includes(`.taskmaster/docs/task-2/${name}`),
  );
  expectations.expect(
    "the DocsRun's pull request has the files of task 2",
    holds,
    `#${pull.number}: ${files.join(", ")}`,
  );
  return pull;
}

async function ownPull({ reader }: Scene): Promise<PullRequest> {
  const pull = (await reader.pulls()).find((candidate) => candidate.head.ref === BRANCH);
  if (pull === undefined) throw new Error(`GitHub has no open pull request of ${BRANCH}`);
  return pull;
}

/** The end of the admitted workflow of an intent that has not ended before. A failure ends the demonstration. */
async function endOfWorkflow(
  { watch, signal }: Scene,
  { intent, what, timeoutMs }: { readonly intent: string; readonly what: string; readonly timeoutMs: number },
): Promise<void> {
  const ended = await waitFor({ what, timeoutMs, signal }, async () =>
    watch
      .workflows()
      .find(
        (workflow) =>
          workflow.metadata.name.startsWith(`${intent}-`) &&
          isEnded(workflow.status?.phase) &&
          (outputOf(workflow, "decision") === "run" || workflow.status?.phase !== "Succeeded"),
      ),
  );
  const { phase, message } = ended.status ?? {};
  if (phase !== "Succeeded")
    throw new Error(`workflow ${ended.metadata.name} ended as ${phase ?? "?"}: ${message ?? ""}`);
}
