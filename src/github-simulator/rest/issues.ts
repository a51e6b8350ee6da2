// Issues and labels.

import { z } from "zod";

import { addLabels, editText, openIssue, removeLabels, setIssueState } from "../changes/issue-changes.ts";
import { closePull, reopenPull } from "../changes/pull-changes.ts";
import { showIssue } from "../facts/table-facts.ts";
import type { RepositoryAccess } from "../access/permissions.ts";
import type { Issue, Role, User } from "../state/rows.ts";
import { isPullIssue } from "../state/state.ts";
import { viewLabel } from "../views/view-issue.ts";
import { roleAtLeast } from "../views/view-repository.ts";
import type { World } from "../world.ts";
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

const ISSUES = "/repos/{owner}/{repo}/issues";
const ISSUE = `${ISSUES}/{issue_number}`;

export const issueRoutes: readonly Route[] = [
  repositoryRoute("GET", ISSUES, reads("issues"), listIssues),
  repositoryRoute("POST", ISSUES, writes("issues", "read"), createIssue),
  repositoryRoute("GET", ISSUE, readsIssue, (call) => json(showIssue(call.world, wantedIssue(call)))),
  repositoryRoute("PATCH", ISSUE, (call) => writesIssue(call, "read"), updateIssue),
  repositoryRoute("GET", `${ISSUE}/labels`, readsIssue, (call) =>
    page(wantedIssue(call).labels, (label) => viewLabel(call.world.urls, label)),
  ),
  repositoryRoute("POST", `${ISSUE}/labels`, writesLabels, async (call) => {
    const issue = wantedIssue(call);
    const body = parseBody(call, "Label", z.union([z.object({ labels: labelNames }), labelNames]));
    await addLabels(call.world, issue, Array.isArray(body) ? body : body.labels, call.actor.user);
    return showLabels(call, issue);
  }),
  repositoryRoute("PUT", `${ISSUE}/labels`, writesLabels, async (call) => {
    const issue = wantedIssue(call);
    await setLabels(
      call.world,
      issue,
      parseBody(call, "Label", z.object({ labels: labelNames })).labels,
      call.actor.user,
    );
    return showLabels(call, issue);
  }),
  repositoryRoute("DELETE", `${ISSUE}/labels/{name}`, writesLabels, async (call) => {
    const issue = wantedIssue(call);
    const label = call.world.state.labelByName(call.repository, param(call, "name"));
    if (label === undefined || !issue.labels.includes(label)) {
      throw new Refusal(404, "Label does not exist");
    }
    await removeLabels(call.world, issue, [label], call.actor.user);
    return showLabels(call, issue);
  }),
  repositoryRoute("GET", "/repos/{owner}/{repo}/labels", reads("issues", "pull_requests"), (call) =>
    page(
      call.world.state.labels.filter((label) => label.repository === call.repository),
      (label) => viewLabel(call.world.urls, label),
    ),
  ),
  repositoryRoute("POST", "/repos/{owner}/{repo}/labels", writes(["issues", "pull_requests"]), createLabel),
];

const labelNames = z
  .array(z.union([z.string().min(1), z.object({ name: z.string().min(1) })]))
  .transform((labels) => labels.map((label) => (typeof label === "string" ? label : label.name)));

/** Issue or pull request of the path; throws 404. */
export function wantedIssue(call: RepositoryCall): Issue {
  const found = call.world.state.issueByNumber(call.repository, numberParam(call, "issue_number"));
  if (found === undefined) {
    throw notFound();
  }
  return found;
}

/** What the API calls an issue may be a pull request, for which either permission suffices. */
export function readsIssue(call: RepositoryCall): RepositoryAccess {
  return wantedIssue(call).pull === null ? reads("issues") : reads("issues", "pull_requests");
}

export function writesIssue(call: RepositoryCall, role: Role): RepositoryAccess {
  return writes(wantedIssue(call).pull === null ? "issues" : ["issues", "pull_requests"], role);
}

function writesLabels(call: RepositoryCall): RepositoryAccess {
  return writesIssue(call, "triage");
}

function showLabels(call: RepositoryCall, issue: Issue): Reply {
  return json(issue.labels.map((label) => viewLabel(call.world.urls, label)));
}

/** Filters: state, labels, creator, since; sorted by creation, newest first, unless asked otherwise. */
function listIssues(call: RepositoryCall): Reply {
  const { query } = call;
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter((name) => name !== "");
  const creator = query.get("creator");
  const since = query.get("since");
  const rows = call.world.state.issues.filter(
    (issue) =>
      issue.repository === call.repository &&
      (state === "all" || issue.state === state) &&
      labels.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) &&
      (creator === null || issue.author.user.login === creator) &&
      (since === null || Date.parse(issue.updatedAt) >= Date.parse(since)),
  );
  return page(sortRows(rows, query), (issue) => showIssue(call.world, issue));
}

/** By creation or update, descending unless `direction=asc`. */
export function sortRows(rows: readonly Issue[], query: URLSearchParams): readonly Issue[] {
  const key = (issue: Issue): string => (query.get("sort") === "updated" ? issue.updatedAt : issue.createdAt);
  const sign = query.get("direction") === "asc" ? 1 : -1;
  return rows.toSorted((one, other) => sign * (key(one).localeCompare(key(other)) || one.number - other.number));
}

const newIssue = z.object({
  title: z.union([z.string().min(1), z.number()]).transform(String),
  body: z.string().nullable().optional(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).optional(),
});

async function createIssue(call: RepositoryCall): Promise<Reply> {
  const { world, repository } = call;
  const request = parseBody(call, "Issue", newIssue);
  // Labels and assignees of a person without triage rights are dropped silently, as on GitHub.
  const mayTriage =
    call.principal.kind !== "user" || roleAtLeast(world.state.roleOf(call.principal.user, repository), "triage");
  const issue = await openIssue(world, {
    repository,
    author: call.actor,
    title: request.title,
    body: request.body ?? null,
    labels: mayTriage ? (request.labels ?? []) : [],
    assignees: mayTriage ? usersNamed(world, request.assignees ?? []) : [],
  });
  return json(showIssue(world, issue), 201);
}

function usersNamed(world: World, logins: readonly string[]): User[] {
  return logins.map((login) => {
    const user = world.state.userByLogin(login);
    if (user === undefined) {
      throw invalid({ resource: "Issue", field: "assignees", code: "invalid" });
    }
    return user;
  });
}

const issueChange = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullable().optional(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "reopened", "duplicate"]).nullable().optional(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).optional(),
});

async function updateIssue(call: RepositoryCall): Promise<Reply> {
  const { world, actor } = call;
  const issue = wantedIssue(call);
  const change = parseBody(call, "Issue", issueChange);
  requireAuthorOrTriage(call, issue);
  await editText(world, issue, change, actor.user);
  if (change.labels !== undefined) {
    await setLabels(world, issue, change.labels, actor.user);
  }
  if (change.assignees !== undefined) {
    issue.assignees = usersNamed(world, change.assignees);
  }
  if (change.state !== undefined) {
    await setState(world, issue, { state: change.state, reason: change.state_reason ?? null }, actor.user);
  }
  return json(showIssue(world, issue));
}

function requireAuthorOrTriage(call: RepositoryCall, issue: Issue): void {
  const { principal, world } = call;
  const isAuthor = issue.author.user === call.actor.user;
  if (
    principal.kind === "user" &&
    !isAuthor &&
    !roleAtLeast(world.state.roleOf(principal.user, call.repository), "triage")
  ) {
    throw new Refusal(403, "Must have admin rights to Repository.");
  }
}

async function setLabels(world: World, issue: Issue, names: readonly string[], sender: User): Promise<void> {
  const kept = new Set(names.map((name) => name.toLowerCase()));
  const gone = issue.labels.filter((label) => !kept.has(label.name.toLowerCase()));
  await removeLabels(world, issue, gone, sender);
  await addLabels(world, issue, names, sender);
}

async function setState(
  world: World,
  issue: Issue,
  to: { readonly state: "open" | "closed"; readonly reason: Issue["stateReason"] },
  sender: User,
): Promise<void> {
  if (!isPullIssue(issue)) {
    setIssueState(world, issue, to, sender);
  } else if (to.state === "closed") {
    await closePull(world, issue, sender);
  } else {
    await reopenPull(world, issue, sender);
  }
}

const newLabel = z.object({
  name: z.string().min(1),
  color: z.string().default("ededed"),
  description: z.string().nullable().default(null),
});

function createLabel(call: RepositoryCall): Reply {
  const request = parseBody(call, "Label", newLabel);
  if (call.world.state.labelByName(call.repository, request.name) !== undefined) {
    throw invalid({ resource: "Label", field: "name", code: "already_exists" });
  }
  const label = call.world.state.labels.insert((id) => ({ id, repository: call.repository, ...request }));
  return json(viewLabel(call.world.urls, label), 201);
}
