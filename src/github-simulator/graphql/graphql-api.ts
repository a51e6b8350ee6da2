// The GraphQL that REST has no counterpart for: a pull request made a draft or ready, and the query of its node id.

import type { Context } from "hono";
import { z } from "zod";

import { isAllowed, requireVisible } from "../access/permissions.ts";
import { actorOf, identify, type Principal } from "../access/principal.ts";
import { setDraft } from "../changes/pull-changes.ts";
import { type NodeEnvironment, throwFault, withhold } from "../rest/rest-api.ts";
import { Refusal, refusalBody } from "../rest/refusal.ts";
import { reads, writes } from "../rest/route.ts";
import type { PullIssue } from "../state/rows.ts";
import { databaseId, issuePage, nodeId } from "../views/urls.ts";
import { timestamp, type World } from "../world.ts";
import { parseDocument, type Selection } from "./parse-document.ts";

/** An error of the answer's `errors` list, with GitHub's type. */
class GraphqlError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = "GraphqlError";
    this.type = type;
  }
}

const request = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });

/** Serves `POST /api/graphql` and `POST /graphql`. */
export async function serveGraphql(world: World, context: Context<NodeEnvironment>): Promise<Response> {
  const fault = world.faults.takeForCall({ method: "POST", path: "/graphql", isDraft: false });
  let actor: string | null = null;
  let response: Response;
  try {
    throwFault(fault);
    const principal = identify(world, context.req.header("authorization"));
    actor = actorOf(principal).user.login;
    const parsed = request.safeParse(await context.req.json().catch(() => undefined));
    if (!parsed.success) {
      throw new Refusal(400, "Problems parsing JSON");
    }
    response = context.json(await execute(world, principal, parsed.data.query, parsed.data.variables ?? {}));
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    response = context.json(refusalBody(error), error.status as 400, { ...error.headers });
  }
  const isWithheld = fault?.kind === "timeout-after-apply";
  const status = isWithheld ? 0 : response.status;
  world.calls.record({ at: timestamp(world.clock), method: "POST", path: "/graphql", status, actor });
  return isWithheld ? withhold(context) : response;
}

async function execute(
  world: World,
  principal: Principal,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const data: Record<string, unknown> = {};
  try {
    const document = parseDocument(query, variables);
    for (const selection of document.selections) {
      const value = await resolveRoot(world, principal, document.operation, selection);
      data[selection.alias] = select(value, selection.selections);
    }
    return { data };
  } catch (error) {
    if (!(error instanceof Error)) {
      throw error;
    }
    const type = error instanceof GraphqlError ? error.type : "INVALID";
    return { data: null, errors: [{ type, message: error.message }] };
  }
}

/** Plain values of a type; only what is selected leaves. */
type Fields = Readonly<Record<string, unknown>>;

async function resolveRoot(
  world: World,
  principal: Principal,
  operation: "query" | "mutation",
  selection: Selection,
): Promise<Fields> {
  switch (`${operation} ${selection.name}`) {
    case "query repository":
      return repositoryFields(world, principal, selection);
    case "query node":
      return pullFields(world, pullOf(world, principal, selection.arguments["id"]));
    case "query viewer":
      return { login: actorOf(principal).user.login };
    case "mutation markPullRequestReadyForReview":
    case "mutation convertPullRequestToDraft": {
      const input = selection.arguments["input"] as Record<string, unknown> | undefined;
      const issue = pullOf(world, principal, input?.["pullRequestId"]);
      requireDraftRights(world, principal, issue);
      await setDraft(world, issue, selection.name === "convertPullRequestToDraft", actorOf(principal).user);
      return { clientMutationId: input?.["clientMutationId"] ?? null, pullRequest: pullFields(world, issue) };
    }
    default:
      throw new GraphqlError("undefinedField", `Field '${selection.name}' doesn't exist on type '${operation}'`);
  }
}

/** Only one pull request of the repository can be asked for, by number. */
function repositoryFields(world: World, principal: Principal, selection: Selection): Fields {
  const { owner, name } = selection.arguments;
  const wanted = `${String(owner)}/${String(name)}`;
  try {
    const repository = requireVisible(world, principal, { owner: String(owner), repo: String(name) });
    const pull = selection.selections.find((field) => field.name === "pullRequest");
    const number = Number(pull?.arguments["number"]);
    const issue = pull === undefined ? undefined : world.state.pullByNumber(repository, number);
    if (pull !== undefined && issue === undefined) {
      throw new GraphqlError("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
    }
    if (issue !== undefined && !isAllowed(world, principal, repository, reads("pull_requests"))) {
      throw new GraphqlError("FORBIDDEN", "Resource not accessible by integration");
    }
    return {
      id: nodeId("R", repository.id),
      nameWithOwner: wanted,
      pullRequest: issue === undefined ? null : pullFields(world, issue),
    };
  } catch (error) {
    if (error instanceof Refusal) {
      throw new GraphqlError("NOT_FOUND", `Could not resolve to a Repository with the name '${wanted}'.`);
    }
    throw error;
  }
}

function pullOf(world: World, principal: Principal, node: unknown): PullIssue {
  const id = typeof node === "string" ? databaseId("PR", node) : undefined;
  const issue = world.state.issues.find((row) => row.pull !== null && row.pull.id === id);
  const found = issue as PullIssue | undefined;
  if (found === undefined || !isAllowed(world, principal, found.repository, reads("pull_requests"))) {
    throw new GraphqlError("NOT_FOUND", `Could not resolve to a node with the global id of '${String(node)}'`);
  }
  requireVisible(world, principal, { owner: found.repository.owner.login, repo: found.repository.name });
  return found;
}

/**
 * GitHub wants `contents: write` for these two mutations besides `pull_requests: write`
 * (https://github.com/cli/cli/discussions/6924).
 */
function requireDraftRights(world: World, principal: Principal, issue: PullIssue): void {
  const mayWrite = ["pull_requests", "contents"].every((permission) =>
    isAllowed(world, principal, issue.repository, writes(permission)),
  );
  if (!mayWrite) {
    throw new GraphqlError("FORBIDDEN", "Resource not accessible by integration");
  }
}

function pullFields(world: World, issue: PullIssue): Fields {
  const { pull } = issue;
  const state = pull.mergedAt === null ? issue.state.toUpperCase() : "MERGED";
  return {
    __typename: "PullRequest",
    id: nodeId("PR", pull.id),
    databaseId: pull.id,
    number: issue.number,
    title: issue.title,
    url: issuePage(world.urls, issue),
    state,
    isDraft: pull.draft,
    merged: pull.mergedAt !== null,
    headRefName: pull.headBranch,
    headRefOid: pull.headSha,
    baseRefName: pull.baseBranch,
  };
}

function select(value: unknown, selections: readonly Selection[]): unknown {
  if (selections.length === 0 || typeof value !== "object" || value === null) {
    return value;
  }
  const fields = value as Fields;
  return Object.fromEntries(
    selections.map((selection) => {
      if (!(selection.name in fields)) {
        throw new GraphqlError("undefinedField", `Field '${selection.name}' doesn't exist`);
      }
      return [selection.alias, select(fields[selection.name], selection.selections)];
    }),
  );
}
