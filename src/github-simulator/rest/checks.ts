// Check runs and check suites. Only Apps may write them, and only their own.

import { z } from "zod";

import { changeCheckRun, createCheckRun, rerequest, suiteFor } from "../changes/check-changes.ts";
import { latestByName } from "../changes/suite-state.ts";
import { showCheckSuite } from "../facts/suite-facts.ts";
import { showCheckRun } from "../facts/table-facts.ts";
import type { CheckRun, CheckSuite } from "../state/check-rows.ts";
import type { App } from "../state/rows.ts";
import type { Json } from "../views/json.ts";
import { repositoryPage } from "../views/urls.ts";
import { encodePath } from "../views/view-commit.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import {
  json,
  numberParam,
  page,
  param,
  parseBody,
  reads,
  type Reply,
  type RepositoryCall,
  repositoryRoute,
  type Route,
  writes,
} from "./route.ts";

const RUNS = "/repos/{owner}/{repo}/check-runs";
const SUITE = "/repos/{owner}/{repo}/check-suites/{check_suite_id}";
const READS = reads("checks");
const WRITES = writes("checks");

export const checkRoutes: readonly Route[] = [
  repositoryRoute("POST", RUNS, WRITES, createRun),
  repositoryRoute("GET", `${RUNS}/{check_run_id}`, READS, (call) => json(showCheckRun(call.world, wantedRun(call)))),
  repositoryRoute("PATCH", `${RUNS}/{check_run_id}`, WRITES, updateRun),
  repositoryRoute("POST", `${RUNS}/{check_run_id}/rerequest`, WRITES, async (call) => {
    const run = wantedRun(call);
    requireRerequestable(call, run.suite, "check run");
    await rerequest(call.world, { suite: run.suite, run }, call.actor.user);
    return json({}, 201);
  }),
  repositoryRoute("GET", `${RUNS}/{check_run_id}/annotations`, READS, (call) => {
    const { suite, output } = wantedRun(call);
    const page_ = repositoryPage(call.world.urls, call.repository);
    return page(output.annotations, (annotation) => ({
      ...annotation,
      start_column: null,
      end_column: null,
      blob_href: `${page_}/blob/${suite.headSha}/${encodePath(annotation.path)}`,
    }));
  }),
  repositoryRoute("GET", `${SUITE}/check-runs`, READS, (call) => {
    const suite = wantedSuite(call);
    return listRuns(
      call,
      call.world.state.checkRuns.filter((run) => run.suite === suite),
    );
  }),
  repositoryRoute("GET", SUITE, READS, async (call) => json(await showSuite(call, wantedSuite(call)))),
  repositoryRoute("POST", `${SUITE}/rerequest`, WRITES, async (call) => {
    const suite = wantedSuite(call);
    requireRerequestable(call, suite, "check suite");
    await rerequest(call.world, { suite }, call.actor.user);
    return json({}, 201);
  }),
  repositoryRoute("GET", "/repos/{owner}/{repo}/commits/{ref}/check-runs", READS, async (call) => {
    const sha = await commitOf(call);
    const runs = call.world.state.checkRuns.filter(
      (run) => run.suite.repository === call.repository && run.suite.headSha === sha,
    );
    return listRuns(call, runs);
  }),
  repositoryRoute("GET", "/repos/{owner}/{repo}/commits/{ref}/check-suites", READS, async (call) => {
    const sha = await commitOf(call);
    const appId = call.query.get("app_id");
    const suites = call.world.state.checkSuites.filter(
      (suite) =>
        suite.repository === call.repository &&
        suite.headSha === sha &&
        (appId === null || String(suite.app.id) === appId),
    );
    return page(
      suites,
      (suite) => showSuite(call, suite),
      (check_suites, total_count) => ({ total_count, check_suites }),
    );
  }),
];

const conclusion = z.enum(["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]);
/** GitHub takes at most 50 annotations a call. */
const ANNOTATIONS_PER_CALL_MAX = 50;
const TEXT_CHARACTERS_MAX = 65_535;

const output = z.object({
  title: z.string().optional(),
  summary: z.string().max(TEXT_CHARACTERS_MAX).optional(),
  text: z.string().max(TEXT_CHARACTERS_MAX).optional(),
  annotations: z
    .array(
      z.object({
        path: z.string(),
        start_line: z.number().int(),
        end_line: z.number().int(),
        annotation_level: z.enum(["notice", "warning", "failure"]),
        message: z.string(),
        title: z.string().nullable().default(null),
        raw_details: z.string().nullable().default(null),
      }),
    )
    .max(ANNOTATIONS_PER_CALL_MAX)
    .optional(),
});

const runChange = z.object({
  name: z.string().min(1).optional(),
  external_id: z.string().optional(),
  details_url: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  conclusion: conclusion.optional(),
  started_at: z.iso.datetime().optional(),
  completed_at: z.iso.datetime().optional(),
  output: output.optional(),
});

const newRun = runChange.extend({
  name: z.string().min(1),
  head_sha: z.string().regex(/^[0-9a-f]{40}$/),
  output: output.extend({ title: z.string(), summary: z.string().max(TEXT_CHARACTERS_MAX) }).optional(),
});

async function createRun(call: RepositoryCall): Promise<Reply> {
  const { world, repository, git } = call;
  const app = writingApp(call);
  const request = parseBody(call, "CheckRun", newRun);
  requireConclusion(request);
  if ((await git.commit(request.head_sha)) === undefined) {
    throw new Refusal(422, "No commit found for SHA: " + request.head_sha);
  }
  const branch = await branchAt(call, request.head_sha);
  const suite = suiteFor(world, app, { repository, sha: request.head_sha, branch });
  const run = await createCheckRun(world, suite, { ...changeOf(request), name: request.name });
  return json(showCheckRun(world, run), 201);
}

async function updateRun(call: RepositoryCall): Promise<Reply> {
  const run = wantedRun(call);
  if (run.suite.app !== writingApp(call)) {
    const owner = `Invalid app_id \`${run.suite.app.id}\``;
    throw new Refusal(403, `${owner} - check run can only be modified by the GitHub App that created it.`);
  }
  const request = parseBody(call, "CheckRun", runChange);
  requireConclusion(request);
  await changeCheckRun(call.world, run, changeOf(request));
  return json(showCheckRun(call.world, run));
}

function writingApp(call: RepositoryCall): App {
  if (call.actor.app === null) {
    throw new Refusal(403, "You must authenticate via a GitHub App.");
  }
  return call.actor.app;
}

function requireConclusion(request: z.infer<typeof runChange>): void {
  if (request.status === "completed" && request.conclusion === undefined) {
    throw invalid({ resource: "CheckRun", field: "conclusion", code: "missing_field" });
  }
}

function changeOf(request: z.infer<typeof runChange>): Parameters<typeof changeCheckRun>[2] {
  const { annotations, ...texts } = request.output ?? {};
  return {
    name: request.name,
    externalId: request.external_id,
    detailsUrl: request.details_url,
    status: request.status,
    conclusion: request.conclusion,
    startedAt: request.started_at,
    completedAt: request.completed_at,
    output: Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)),
    annotations,
  };
}

/** Filters: check_name, status, app_id; `filter=latest` (the default) shows the newest run of each name. */
function listRuns(call: RepositoryCall, rows: readonly CheckRun[]): Reply {
  const { query, world } = call;
  const [name, status, appId] = [query.get("check_name"), query.get("status"), query.get("app_id")];
  const runs = (query.get("filter") === "all" ? rows : latestByName(rows)).filter(
    (run) =>
      (name === null || run.name === name) &&
      (status === null || run.status === status) &&
      (appId === null || String(run.suite.app.id) === appId),
  );
  return page(
    runs,
    (run) => showCheckRun(world, run),
    (check_runs, total_count) => ({ total_count, check_runs }),
  );
}

async function showSuite(call: RepositoryCall, suite: CheckSuite): Promise<Json> {
  const shown = await showCheckSuite(call.world, suite);
  if (shown === undefined) {
    throw notFound();
  }
  return shown;
}

/** An App asks for its own only; a person with write access for those of every App but Actions, which has its own way. */
function requireRerequestable(call: RepositoryCall, suite: CheckSuite, what: string): void {
  const isOfOtherApp = call.actor.app !== null && call.actor.app !== suite.app;
  if (isOfOtherApp || suite.app === call.world.actionsApp) {
    throw new Refusal(403, `This ${what} is not rerequestable`);
  }
}

function wantedRun(call: RepositoryCall): CheckRun {
  const found = call.world.state.checkRuns.get(numberParam(call, "check_run_id"));
  if (found === undefined || found.suite.repository !== call.repository) {
    throw notFound();
  }
  return found;
}

function wantedSuite(call: RepositoryCall): CheckSuite {
  const found = call.world.state.checkSuites.get(numberParam(call, "check_suite_id"));
  if (found === undefined || found.repository !== call.repository) {
    throw notFound();
  }
  return found;
}

/** The commit that `{ref}` names; throws 422 with GitHub's words. */
export async function commitOf(call: RepositoryCall): Promise<string> {
  const ref = param(call, "ref");
  const sha = await call.git.commitSha(ref);
  if (sha === undefined) {
    throw new Refusal(422, `No commit found for SHA: ${ref}`);
  }
  return sha;
}

async function branchAt(call: RepositoryCall, sha: string): Promise<string | null> {
  const heads = await call.git.refs("refs/heads");
  const found = [...heads].find(([, head]) => head === sha);
  return found === undefined ? null : found[0].slice("refs/heads/".length);
}
