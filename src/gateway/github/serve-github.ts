// GitHub's API for prepare, publish, admit and the controllers: each call checked against the table of its role, sent with
// a token that the caller never sees, and answered as GitHub answered.
import type { Configuration } from "../../configuration/configuration.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { parseJsonObject, readRequestBody, streamOut } from "../bodies.ts";
import { requireConfigured, type Callers, type RunContext, type WorkflowContext } from "../callers.ts";
import type { Exchange } from "../exchange.ts";
import type { GitHubAppTokens, TokenScope } from "../github-app-tokens.ts";
import { ownerOf } from "../token-owner.ts";
import { requireCurrentGeneration } from "../lanes.ts";
import { limitBytes } from "../limit-bytes.ts";
import { Refusal } from "../refusal.ts";
import { isSameRepository, parseRepositoryName, repositoryText, type RepositoryName } from "../repository-name.ts";
import { headerOf, neverArrived, type Upstream, type UpstreamResponse } from "../upstream.ts";
import { decideGitHubCall, type CallScope, type GitHubCallDecision } from "./decide-github-call.ts";
import { GITHUB_HEADERS } from "./github-api.ts";
import { DOCS_PERMISSIONS, permissionsOf } from "./permissions.ts";
import type { RateLimits } from "./rate-limits.ts";
import { rewriteLinks } from "./rewrite-links.ts";

export const GITHUB_REQUEST_BYTES_MAX = 1024 * 1024;
/** Logs of CI are the largest answers. */
export const GITHUB_ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** A controller names the run that it acts for: `<kind>/<namespace>/<name>`. */
export const RUN_HEADER = "x-runyard-run";
/** Set where a call may have had its effect although it failed: look before trying again. */
const OUTCOME_HEADER = "x-runyard-outcome";

const TIMEOUT_MS = 60_000;
/** Logs and archives are sent from other hosts of GitHub's. */
const REDIRECTS_MAX = 2;

export interface GitHubServices {
  readonly store: ResourceReader;
  readonly configuration: Configuration;
  readonly callers: Callers;
  readonly tokens: GitHubAppTokens;
  readonly rateLimits: RateLimits;
  readonly upstream: Upstream;
  readonly clock: Clock;
}

type AllowedCall = Extract<GitHubCallDecision, { kind: "call" }>;

export async function serveGitHub(exchange: Exchange, services: GitHubServices, path: string): Promise<void> {
  const { request } = exchange;
  const actor = await findActor(exchange, services, path);
  const raw = await readRequestBody(request, GITHUB_REQUEST_BYTES_MAX);
  const call = { method: request.method ?? "GET", path, body: raw.length === 0 ? undefined : parseJsonObject(raw) };
  const decision = decideGitHubCall(call, actor.scope);
  if (decision.kind === "refuse") throw new Refusal("Forbidden", decision.message);
  if (decision.isWrite && services.configuration.publishMode === "dry-run") {
    throw new Refusal("DryRun", `publish.mode is dry-run: ${call.method} ${decision.path} is not sent`);
  }
  services.rateLimits.requireOpen(actor.token.githubApp, actor.token.repository.owner);
  exchange.audit["path"] = decision.path.split("?", 1)[0];
  const scope = decision.isGraphQl ? withDraftRights(actor.token) : actor.token;
  await services.tokens.withToken(scope, async (token) => {
    const answer = await send(exchange, services, { decision, token, body: raw });
    services.rateLimits.note(actor.token.githubApp, actor.token.repository.owner, answer);
    await passOn(exchange, services, { answer, decision, repository: actor.scope.repository });
  });
}

/** GitHub wants `contents: write` for the two mutations about drafts (https://github.com/cli/cli/discussions/6924). */
function withDraftRights(scope: TokenScope): TokenScope {
  return { ...scope, permissions: { ...scope.permissions, contents: "write" } };
}

interface Actor {
  readonly scope: CallScope;
  readonly token: TokenScope;
}

/** For which repository and as which App: from the caller's own objects, or from the run that a controller names. */
async function findActor(exchange: Exchange, services: GitHubServices, path: string): Promise<Actor> {
  const { role, context } = exchange.caller;
  const permissions = permissionsOf(role);
  if (permissions === undefined) throw new Refusal("Forbidden", `the role ${role} has no access to GitHub`);
  if (context.kind === "run") return await actorOfRun(services, context, { role, permissions });
  if (context.kind === "workflow") return actorOfWorkflow(exchange, context, { permissions, path });
  const named = exchange.request.headers[RUN_HEADER];
  if (typeof named === "string") {
    const [kind = "", namespace = "", name = ""] = named.split("/");
    exchange.audit["run"] = named;
    return await actorOfRun(services, await services.callers.run(kind, namespace, name), { role, permissions });
  }
  const repository = parseRepositoryName(path.split("/").slice(2, 4).join("/"));
  if (repository === undefined)
    throw new Refusal("Forbidden", `name a run in the header ${RUN_HEADER}, or a repository`);
  requireConfigured(services.configuration, repository);
  const token = {
    owner: ownerOf(context),
    githubApp: services.callers.generalApp,
    repository,
    repositoryId: undefined,
    permissions,
  };
  return { scope: { role, repository, branch: undefined }, token };
}

/** A step acts on its workflow's repository, and reads the task's files in its docs repository. */
function actorOfWorkflow(
  { request, caller }: Exchange,
  context: WorkflowContext,
  { permissions, path }: Pick<TokenScope, "permissions"> & { readonly path: string },
): Actor {
  const { repository, repositoryId, docsRepository, githubApp } = context;
  const owner = ownerOf(context);
  const { role } = caller;
  const docsFiles = `/repos/${docsRepository === undefined ? "" : repositoryText(docsRepository)}/contents/`;
  const readsDocs = request.method === "GET" && path.startsWith(docsFiles);
  if (docsRepository !== undefined && readsDocs && !isSameRepository(docsRepository, repository)) {
    const token = {
      owner,
      githubApp,
      repository: docsRepository,
      repositoryId: undefined,
      permissions: DOCS_PERMISSIONS,
    };
    return { scope: { role, repository: docsRepository, branch: undefined }, token };
  }
  const token = { owner, githubApp, repository, repositoryId, permissions };
  return { scope: { role, repository, branch: undefined }, token };
}

async function actorOfRun(
  services: GitHubServices,
  run: RunContext,
  { role, permissions }: Pick<CallScope, "role"> & Pick<TokenScope, "permissions">,
): Promise<Actor> {
  await requireCurrentGeneration(services.store, run);
  const { repository, githubApp } = run;
  const { repositoryId, branch } = run.identity;
  const token = { owner: ownerOf(run), githubApp, repository, repositoryId, permissions };
  return { scope: { role, repository, branch }, token };
}

async function send(
  exchange: Exchange,
  services: GitHubServices,
  call: { readonly decision: AllowedCall; readonly token: string; readonly body: Buffer },
): Promise<UpstreamResponse> {
  const { decision, token, body } = call;
  const { request } = exchange;
  const passed = ["if-none-match", "if-modified-since", "accept"].flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" && value !== "*/*" ? [[name, value] as const] : [];
  });
  try {
    return await services.upstream.send({
      method: request.method ?? "GET",
      url: addressOf(services.configuration.github.apiUrl, decision),
      headers: {
        ...GITHUB_HEADERS,
        ...Object.fromEntries(passed),
        "accept-encoding": "identity",
        authorization: `Bearer ${token}`,
        ...(body.length === 0 ? {} : { "content-type": "application/json" }),
      },
      ...(body.length === 0 ? {} : { body }),
      signal: AbortSignal.any([exchange.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headersTimeoutMs: TIMEOUT_MS,
      ...(decision.isWrite ? {} : { redirectsMax: REDIRECTS_MAX }),
    });
  } catch (error) {
    const what = `${request.method} ${decision.path.split("?", 1)[0]}: GitHub did not answer`;
    if (decision.isWrite && !neverArrived(error)) {
      throw new Refusal("OutcomeUnknown", `${what}; it may have happened: look before trying again`, {
        [OUTCOME_HEADER]: "unknown",
      });
    }
    throw new Refusal("Unavailable", what);
  }
}

/** GitHub Enterprise has its GraphQL beside the REST base, not below it. */
function addressOf(apiUrl: string, decision: AllowedCall): string {
  if (!decision.isGraphQl) return apiUrl + decision.path;
  return apiUrl.endsWith("/api/v3") ? `${apiUrl.slice(0, -"/v3".length)}/graphql` : `${apiUrl}/graphql`;
}

const PASSED_HEADERS = [
  "content-type",
  "etag",
  "last-modified",
  "retry-after",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "x-ratelimit-resource",
  "x-github-request-id",
];

async function passOn(
  exchange: Exchange,
  services: GitHubServices,
  passed: {
    readonly answer: UpstreamResponse;
    readonly decision: AllowedCall;
    readonly repository: RepositoryName;
  },
): Promise<void> {
  const { request, response } = exchange;
  const { answer, decision, repository } = passed;
  const headers = Object.fromEntries(
    PASSED_HEADERS.flatMap((name) => {
      const value = headerOf(answer, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const link = headerOf(answer, "link");
  const { apiUrl } = services.configuration.github;
  const own = `http://${request.headers.host ?? "gateway"}/github`;
  response.writeHead(answer.status, {
    ...headers,
    ...(link === undefined ? {} : { link: rewriteLinks(link, { apiUrl, own, repository }) }),
    ...(decision.isWrite && answer.status >= 500 ? { [OUTCOME_HEADER]: "unknown" } : {}),
  });
  exchange.audit["bytes"] = await streamOut(response, answer.body, [limitBytes(GITHUB_ANSWER_BYTES_MAX)]);
}
