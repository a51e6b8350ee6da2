// Serves the route table: identifies the caller, strikes faults, counts against the rate limit, checks access, runs
// the handler, and answers with pages, ETags and GitHub's headers.

import { createHash } from "node:crypto";

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { PatternRouter } from "hono/router/pattern-router";

import { actorOf, identify, type Principal } from "../access/principal.ts";
import { requireAllowed, requireVisible } from "../access/permissions.ts";
import type { RouteFault } from "../faults/faults.ts";
import { timestamp, type World } from "../world.ts";
import { renderPage } from "./pagination.ts";
import type { RateLimits } from "./rate-limits.ts";
import { Refusal, refusalBody } from "./refusal.ts";
import type { Call, Reply, RepositoryCall, Route } from "./route.ts";

/** Environment of every request: node's own request and response. */
export interface NodeEnvironment {
  Bindings: HttpBindings;
}

type NodeContext = Context<NodeEnvironment>;

const BODY_BYTES_MAX = 25 * 1024 * 1024;

export interface RestApiParts {
  readonly world: World;
  readonly routes: readonly Route[];
  readonly rateLimits: RateLimits;
}

/** The API at `/api/v3` (GitHub Enterprise style) and at the root of the host (api.github.com style). */
export function createRestApi(parts: RestApiParts): Hono<NodeEnvironment> {
  const app = new Hono<NodeEnvironment>({ router: new PatternRouter() });
  for (const route of parts.routes) {
    for (const prefix of ["/api/v3", ""]) {
      app.on(route.method, `${prefix}${pattern(route.path)}`, (context) => serve(parts, route, context));
    }
  }
  app.all("*", (context) => refuse(context, new Refusal(404, "Not Found")));
  return app;
}

/** Parameters that may hold slashes, which clients need not encode. */
const SLASHED = new Set(["path", "ref", "branch", "basehead"]);

function pattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (SLASHED.has(name) ? `:${name}{.+}` : `:${name}`));
}

async function serve(parts: RestApiParts, route: Route, context: NodeContext): Promise<Response> {
  const { world } = parts;
  const path = context.req.path.replace(/^\/api\/v3/, "");
  let principal: Principal | undefined;
  let fault: RouteFault | undefined;
  let response: Response;
  try {
    const body = await readBody(context);
    fault = world.faults.takeForCall({ method: route.method, path, isDraft: isDraft(body) });
    principal = identify(world, context.req.header("authorization"));
    throwFault(fault); // after the caller is known, for whom the answer has the headers of the rate limit
    const reply = await callRoute(parts, route, principal, { context, body });
    response = await answer(parts, context, principal, reply);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    response = refuse(context, error);
  }
  if (principal !== undefined) {
    parts.rateLimits.writeHeaders(principal, response);
  }
  const isWithheld = fault?.kind === "timeout-after-apply";
  if (route.method !== "GET") {
    const actor = principal === undefined ? null : actorOf(principal).user.login;
    const status = isWithheld ? 0 : response.status;
    world.calls.record({ at: timestamp(world.clock), method: route.method, path, status, actor });
  }
  return isWithheld ? withhold(context) : response;
}

async function callRoute(
  parts: RestApiParts,
  route: Route,
  principal: Principal,
  request: { readonly context: NodeContext; readonly body: unknown },
): Promise<Reply> {
  const { world } = parts;
  parts.rateLimits.checkLeft(principal);
  parts.rateLimits.count(principal); // refused calls count too
  const call: Call = {
    world,
    principal,
    actor: actorOf(principal),
    params: request.context.req.param(),
    query: new URL(request.context.req.url).searchParams,
    body: request.body,
    accept: request.context.req.header("accept") ?? "",
  };
  if (route.kind === "plain") {
    requireCaller(principal, route.callers);
    return route.handle(call);
  }
  const { owner = "", repo = "" } = call.params;
  if (principal.kind === "app") {
    throw new Refusal(403, "Resource not accessible by integration");
  }
  const repository = requireVisible(world, principal, { owner, repo });
  const repositoryCall: RepositoryCall = { ...call, repository, git: world.gitOf(repository) };
  const access = typeof route.access === "function" ? route.access(repositoryCall) : route.access;
  requireAllowed(world, principal, repository, access);
  return route.handle(repositoryCall);
}

function requireCaller(principal: Principal, callers: readonly Principal["kind"][]): void {
  if (callers.includes(principal.kind)) {
    return;
  }
  throw callers.includes("app")
    ? new Refusal(401, "A JSON web token could not be decoded")
    : new Refusal(403, "Resource not accessible by integration");
}

/** Under the name by which the caller has reached this server; another may not lead here from where the caller is. */
function asAskedBy(context: NodeContext, location: string): string {
  const url = new URL(location);
  url.host = context.req.header("host") ?? url.host;
  return url.href;
}

async function answer(
  parts: RestApiParts,
  context: NodeContext,
  principal: Principal,
  reply: Reply,
): Promise<Response> {
  switch (reply.kind) {
    case "empty":
      return context.body(null, reply.status as 204);
    case "redirect":
      return context.redirect(asAskedBy(context, reply.location), 302);
    case "raw":
      return new Response(new Uint8Array(reply.bytes), { headers: { "content-type": "application/octet-stream" } });
    case "json":
      return conditional(parts, context, principal, { headers: {}, ...reply });
    case "page": {
      const page = await renderPage(reply, new URL(context.req.url), parts.world.urls);
      return conditional(parts, context, principal, { status: 200, ...page });
    }
  }
}

/** Sends JSON, or 304 when the caller has it already; a 304 does not count against the rate limit, as on GitHub. */
function conditional(
  parts: RestApiParts,
  context: NodeContext,
  principal: Principal,
  reply: { readonly status: number; readonly body: unknown; readonly headers: Readonly<Record<string, string>> },
): Response {
  const text = JSON.stringify(reply.body);
  const headers: Record<string, string> = {
    ...reply.headers,
    "content-type": "application/json; charset=utf-8",
    "x-github-media-type": "github.v3; format=json",
  };
  if (context.req.method === "GET") {
    headers["etag"] = `W/"${createHash("sha256").update(text).digest("hex")}"`;
    headers["cache-control"] = "private, max-age=60, s-maxage=60";
    if (context.req.header("if-none-match") === headers["etag"]) {
      parts.rateLimits.refund(principal);
      return new Response(null, { status: 304, headers });
    }
  }
  return new Response(text, { status: reply.status, headers });
}

function refuse(context: NodeContext, refusal: Refusal): Response {
  return context.json(refusalBody(refusal), refusal.status as 400, { ...refusal.headers });
}

async function readBody(context: NodeContext): Promise<unknown> {
  if (context.req.method === "GET") {
    return undefined;
  }
  if (Number(context.req.header("content-length") ?? 0) > BODY_BYTES_MAX) {
    throw new Refusal(413, "Payload too large");
  }
  const text = await context.req.text();
  if (text.trim() === "") {
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}

function isDraft(body: unknown): boolean {
  return typeof body === "object" && body !== null && "draft" in body && body.draft === true;
}

/** Faults that strike instead of the handler. */
export function throwFault(fault: RouteFault | undefined): void {
  switch (fault?.kind) {
    case "5xx":
      throw new Refusal(fault.status ?? 502, "Server Error");
    case "secondary-limit":
      throw new Refusal(
        fault.status ?? 403,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        { headers: { "retry-after": String(fault.retryAfterSeconds ?? 60) } },
      );
    case "422-draft":
      throw new Refusal(422, "Draft pull requests are not supported in this repository.");
    case "timeout-after-apply":
    case undefined:
      return;
  }
}

/** The effect is there, the answer never comes: the connection breaks. */
export function withhold(context: NodeContext): Response {
  context.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}
