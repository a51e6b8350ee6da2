// Pull requests: created, read, changed, merged.

import { z } from "zod";

import { editText } from "../changes/issue-changes.ts";
import { closePull, openPull, recordPull, reopenPull } from "../changes/pull-changes.ts";
import { changeRefs } from "../changes/ref-changes.ts";
import { readPullFacts, readPullRange } from "../facts/pull-facts.ts";
import { findUserByEmail } from "../facts/table-facts.ts";
import type { PullIssue, Repository } from "../state/rows.ts";
import { isPullIssue } from "../state/state.ts";
import type { Json } from "../views/json.ts";
import { viewChangedFile, viewCommit } from "../views/view-commit.ts";
import { viewPull, viewPullSimple } from "../views/view-pull.ts";
import { timestamp, type World } from "../world.ts";
import { sortRows } from "./issues.ts";
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

const PULLS = "/repos/{owner}/{repo}/pulls";
const PULL = `${PULLS}/{pull_number}`;

export const pullRoutes: readonly Route[] = [
  repositoryRoute("GET", PULLS, reads("pull_requests"), listPulls),
  repositoryRoute("POST", PULLS, writes("pull_requests", "read"), createPull),
  repositoryRoute("GET", PULL, reads("pull_requests"), async (call) =>
    json(await showPull(call.world, wantedPull(call))),
  ),
  repositoryRoute("PATCH", PULL, writes("pull_requests", "triage"), updatePull),
  repositoryRoute("GET", `${PULL}/files`, reads("pull_requests"), async (call) => {
    const issue = wantedPull(call);
    const { files } = await readPullRange(call.world, issue);
    return page(files, (file) => viewChangedFile(call.world.urls, call.repository, issue.pull.headSha, file));
  }),
  repositoryRoute("GET", `${PULL}/commits`, reads("pull_requests"), async (call) => {
    const { commits } = await readPullRange(call.world, wantedPull(call));
    const findByEmail = (email: string) => findUserByEmail(call.world, email);
    return page(commits, (commit) => viewCommit(call.world.urls, call.repository, commit, findByEmail));
  }),
  repositoryRoute("PUT", `${PULL}/merge`, writes("contents"), mergePull),
  repositoryRoute("GET", "/repos/{owner}/{repo}/commits/{commit_sha}/pulls", reads("pull_requests"), (call) => {
    const sha = param(call, "commit_sha");
    const rows = call.world.state.issues
      .all()
      .filter(isPullIssue)
      .filter(
        (issue) =>
          issue.repository === call.repository && (issue.pull.headSha === sha || issue.pull.mergeCommitSha === sha),
      );
    return page(rows, (issue) => showPullSimple(call.world, issue));
  }),
];

/** Pull request of the path; throws 404. */
export function wantedPull(call: RepositoryCall): PullIssue {
  const found = call.world.state.pullByNumber(call.repository, numberParam(call, "pull_number"));
  if (found === undefined) {
    throw notFound();
  }
  return found;
}

export async function showPull(world: World, issue: PullIssue): Promise<Json> {
  return viewPull(world.urls, issue, await readPullFacts(world, issue));
}

export async function showPullSimple(world: World, issue: PullIssue): Promise<Json> {
  return viewPullSimple(world.urls, issue, await readPullFacts(world, issue));
}

/** Filters: state, head ("owner:branch"), base. */
function listPulls(call: RepositoryCall): Reply {
  const { query } = call;
  const state = query.get("state") ?? "open";
  const head = query.get("head");
  const base = query.get("base");
  const rows = call.world.state.issues.filter(
    (issue) =>
      issue.repository === call.repository &&
      issue.pull !== null &&
      (state === "all" || issue.state === state) &&
      (head === null || `${issue.pull.headRepository.owner.login}:${issue.pull.headBranch}` === head) &&
      (base === null || issue.pull.baseBranch === base),
  );
  return page(sortRows(rows, query).filter(isPullIssue), (issue) => showPullSimple(call.world, issue));
}

const newPull = z.object({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().nullable().default(null),
  draft: z.boolean().default(false),
  maintainer_can_modify: z.boolean().default(true),
});

async function createPull(call: RepositoryCall): Promise<Reply> {
  const { world, repository } = call;
  const request = parseBody(call, "PullRequest", newPull);
  const head = headOf(call, request.head);
  const headSha = await world.gitOf(head.repository).branchSha(head.branch);
  const baseSha = await call.git.branchSha(request.base);
  if (headSha === undefined) {
    throw invalid({ resource: "PullRequest", field: "head", code: "invalid" });
  }
  if (baseSha === undefined) {
    throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
  }
  if (head.repository === repository && (await call.git.isAncestor(headSha, baseSha))) {
    throw invalid({
      resource: "PullRequest",
      code: "custom",
      message: `No commits between ${request.base} and ${request.head}`,
    });
  }
  refuseSecondPull(call, head, request.base);
  const issue = await openPull(world, {
    repository,
    author: call.actor,
    title: request.title,
    body: request.body,
    draft: request.draft,
    maintainerCanModify: request.maintainer_can_modify && head.repository !== repository,
    head: { ...head, sha: headSha },
    base: { branch: request.base, sha: baseSha },
  });
  return json(await showPull(world, issue), 201);
}

interface Branch {
  readonly repository: Repository;
  readonly branch: string;
}

/** "branch", or "owner:branch" for a branch of this repository or of the owner's fork of it. */
function headOf(call: RepositoryCall, head: string): Branch {
  const colon = head.indexOf(":");
  if (colon < 0) {
    return { repository: call.repository, branch: head };
  }
  const owner = head.slice(0, colon).toLowerCase();
  const isHead = (row: Repository): boolean =>
    row.owner.login.toLowerCase() === owner && (row === call.repository || row.forkOf === call.repository);
  const repository = call.world.state.repositories.find(isHead);
  if (repository === undefined) {
    throw invalid({ resource: "PullRequest", field: "head", code: "invalid" });
  }
  return { repository, branch: head.slice(colon + 1) };
}

/** One open pull request per head and base; the answer has GitHub's words, by which clients recognise it. */
function refuseSecondPull(call: RepositoryCall, head: Branch, base: string): void {
  const isThere = call.world.state
    .openPullsFrom(head.repository, head.branch)
    .some((issue) => issue.repository === call.repository && issue.pull.baseBranch === base);
  if (isThere) {
    throw invalid({
      resource: "PullRequest",
      code: "custom",
      message: `A pull request already exists for ${head.repository.owner.login}:${head.branch}.`,
    });
  }
}

const pullChange = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullable().optional(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().min(1).optional(),
  maintainer_can_modify: z.boolean().optional(),
});

async function updatePull(call: RepositoryCall): Promise<Reply> {
  const { world, actor } = call;
  const issue = wantedPull(call);
  const change = parseBody(call, "PullRequest", pullChange);
  await editText(world, issue, change, actor.user);
  issue.pull.maintainerCanModify = change.maintainer_can_modify ?? issue.pull.maintainerCanModify;
  if (change.base !== undefined && change.base !== issue.pull.baseBranch) {
    await changeBase(call, issue, change.base);
  }
  if (change.state === "closed") {
    await closePull(world, issue, actor.user);
  }
  if (change.state === "open" && issue.state === "closed" && !(await reopenPull(world, issue, actor.user))) {
    throw invalid({ resource: "PullRequest", field: "state", code: "invalid", message: "state cannot be changed." });
  }
  return json(await showPull(world, issue));
}

async function changeBase(call: RepositoryCall, issue: PullIssue, base: string): Promise<void> {
  const sha = await call.git.branchSha(base);
  if (sha === undefined) {
    throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
  }
  issue.pull.baseBranch = base;
  issue.pull.baseSha = sha;
  recordPull(call.world, issue, { verb: "base_changed", actor: call.actor.user, detail: { base } });
}

const mergeRequest = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(["merge", "squash"]).default("merge"),
});

async function mergePull(call: RepositoryCall): Promise<Reply> {
  const { world, git, actor, repository } = call;
  const issue = wantedPull(call);
  const request = parseBody(call, "PullRequest", mergeRequest);
  if (issue.state === "closed" || issue.pull.draft) {
    throw new Refusal(405, issue.pull.draft ? "Pull Request is still a draft" : "Pull Request is not mergeable");
  }
  const sha = await changeRefs(world, { repository, sender: actor.user }, async () => {
    const { headSha, baseBranch } = issue.pull;
    if (request.sha !== undefined && request.sha !== headSha) {
      throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
    }
    const baseSha = (await git.branchSha(baseBranch)) ?? issue.pull.baseSha;
    const tree = await git.mergeTree(baseSha, headSha);
    if (tree === undefined) {
      throw new Refusal(405, "Pull Request is not mergeable");
    }
    const title = request.commit_title ?? `Merge pull request #${issue.number} from ${issue.pull.headBranch}`;
    const merged = await git.writeCommit({
      tree,
      parents: request.merge_method === "merge" ? [baseSha, headSha] : [baseSha],
      message: `${title}\n\n${request.commit_message ?? issue.title}\n`,
      by: { ...signatureOf(call), date: timestamp(world.clock) },
    });
    await git.updateRef(`refs/heads/${baseBranch}`, merged);
    return merged;
  });
  await closePull(world, issue, actor.user, { mergeCommitSha: sha });
  return json({ sha, merged: true, message: "Pull Request successfully merged" });
}

function signatureOf(call: RepositoryCall): { readonly name: string; readonly email: string } {
  const { user } = call.actor;
  return { name: user.name ?? user.login, email: user.email ?? `${user.id}+${user.login}@users.noreply.github.com` };
}
