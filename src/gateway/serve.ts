// One request from its first byte to its log line: who, what, may they, do it. Every route passes here, so that nothing is
// done for a caller that was not identified, and nothing happens without a line about it.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { LogLevel } from "../platform/log.ts";
import { parseJsonObject, readRequestBody } from "./bodies.ts";
import type { KnownCaller, RunContext } from "./callers.ts";
import { decideRoute, ROLES_OF_ROUTE, type Role, type Route } from "./decide-route.ts";
import { writeEgressList } from "./egress/egress-list.ts";
import { serveTunnel, type TunnelServices } from "./egress/serve-connect.ts";
import { describeCaller, type AuditFields, type Exchange } from "./exchange.ts";
import { serveGit, type GitServices } from "./git/serve-git.ts";
import { serveGitHub, type GitHubServices } from "./github/serve-github.ts";
import { requireCurrentGeneration } from "./lanes.ts";
import { buildModelError } from "./models/build-model-error.ts";
import { serveModelCall, serveModelList, type ModelServices } from "./models/serve-models.ts";
import { presentedToken } from "./presented-token.ts";
import { Refusal, sendRefusal, toRefusal, REASON_HEADER } from "./refusal.ts";
import { serveRegistry, type RegistryServices } from "./registry/serve-registry.ts";
import { serveSession, type SessionServices } from "./session-archive.ts";
import { ownerOf } from "./token-owner.ts";

export type Services = ModelServices &
  GitServices &
  GitHubServices &
  RegistryServices &
  SessionServices &
  Omit<TunnelServices, "upstream"> & {
    /** Aborts when the gateway stops. */
    readonly signal: AbortSignal;
  };

const CONTROL_BYTES_MAX = 256 * 1024;

/** Never rejects: a failure is an answer and a log line. */
export async function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  services: Services,
): Promise<void> {
  const started = services.clock.now();
  const audit: AuditFields = { method: request.method };
  const route = decideRoute(request.method ?? "", request.url ?? "");
  if (route?.kind === "health") {
    response.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
    return;
  }
  const signal = AbortSignal.any([services.signal, goneSignal(response)]);
  let failure: unknown;
  try {
    if (route === undefined)
      throw new Refusal("NotFound", `the gateway has nothing for ${request.method} at this path`);
    audit["route"] = route.kind;
    const caller = await services.callers.identify(presentedToken(request.headers));
    Object.assign(audit, describeCaller(caller));
    requireRole(route, caller.role);
    // To know the caller may have taken minutes; nothing is done for one who has gone meanwhile.
    signal.throwIfAborted();
    await dispatch({ request, response, caller, signal, audit }, services, route);
  } catch (error) {
    failure = error;
    answerFailure(response, error, route);
  }
  services.log.write(
    ...logLine(failure, { ...audit, status: response.statusCode, ms: services.clock.now() - started }),
  );
}

/** A CONNECT request; the socket is the caller's. Never rejects. */
export async function serveConnect(
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
  services: Services,
): Promise<void> {
  const started = services.clock.now();
  const audit: AuditFields = { method: "CONNECT", route: "tunnel" };
  let failure: unknown;
  let status = 200;
  socket.on("error", () => socket.destroy());
  try {
    const caller = await services.callers.identify(presentedToken(request.headers));
    Object.assign(audit, describeCaller(caller));
    const tunnel = { authority: request.url ?? "", client: socket, head, caller, audit };
    await serveTunnel(tunnel, { ...services, upstream: services.upstream.options });
  } catch (error) {
    failure = error;
    const refusal = toRefusal(error);
    status = refusal.status;
    const text = JSON.stringify({ reason: refusal.reason, message: refusal.message });
    const headers = [
      `HTTP/1.1 ${refusal.status} ${refusal.reason}`,
      `${REASON_HEADER}: ${refusal.reason}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(text)}`,
      "connection: close",
    ];
    if (!socket.destroyed) socket.end(`${headers.join("\r\n")}\r\n\r\n${text}`);
  }
  services.log.write(...logLine(failure, { ...audit, status, ms: services.clock.now() - started }));
}

function requireRole(route: Exclude<Route, { kind: "health" }>, role: Role): void {
  if (ROLES_OF_ROUTE[route.kind].includes(role)) return;
  throw new Refusal("Forbidden", `the role ${role} may not use ${route.kind} routes`);
}

async function dispatch(
  exchange: Exchange,
  services: Services,
  route: Exclude<Route, { kind: "health" }>,
): Promise<void> {
  switch (route.kind) {
    case "model":
      return await serveModelCall(exchange, services, route);
    case "model-list":
      return serveModelList(exchange, services.configuration, route.family);
    case "registry":
      await requireCurrentGeneration(services.store, runOf(exchange.caller));
      return await serveRegistry(exchange, services, { ...route, path: rawPath(exchange.request, route.path) });
    case "git":
      return await serveGit(exchange, services, route);
    case "github":
      return await serveGitHub(exchange, services, route.path);
    case "session":
      return await serveSession(exchange, services, route);
    case "run-budget":
      return await serveBudget(exchange, services);
    case "run-egress":
      return await serveEgress(exchange, services);
    case "step-finished":
      return serveFinished(exchange, services);
  }
}

/** Queries belong to what a registry is asked. */
function rawPath(request: IncomingMessage, path: string): string {
  return path + new URL(request.url ?? "/", "http://gateway").search;
}

/** What the run has spent and reserved; a controller names the run in the query: `?run=<kind>/<namespace>/<name>`. */
async function serveBudget(exchange: Exchange, services: Services): Promise<void> {
  const run = await runOfCallerOr(exchange, services, () => {
    return new URL(exchange.request.url ?? "/", "http://gateway").searchParams.get("run");
  });
  const report = await services.ledger.report({ run: run.object, identity: run.identity });
  const { runUsdMax, runTokensMax, taskUsdMax } = services.configuration.limits;
  sendJson(exchange.response, { ...report, limits: { runUsdMax, runTokensMax, taskUsdMax } });
}

/** `prepare` hands over `egress.allow` of the base branch: `{ "allow": [...] }`. */
async function serveEgress(exchange: Exchange, services: Services): Promise<void> {
  const run = runOf(exchange.caller);
  await requireCurrentGeneration(services.store, run);
  const body = parseJsonObject(await readRequestBody(exchange.request, CONTROL_BYTES_MAX));
  await writeEgressList(services.store, run, body["allow"]);
  exchange.response.writeHead(204).end();
}

/** A step asks nothing more: its tokens are revoked now. It need not wait for GitHub, which the sweep asks again. */
function serveFinished({ caller, response }: Exchange, { tokens }: Services): void {
  void tokens.revokeOf(ownerOf(caller.context).uid);
  response.writeHead(202).end();
}

async function runOfCallerOr(exchange: Exchange, services: Services, name: () => string | null): Promise<RunContext> {
  const { context } = exchange.caller;
  if (context.kind === "run") return context;
  const [kind = "", namespace = "", run = ""] = (name() ?? "").split("/");
  return await services.callers.run(kind, namespace, run);
}

function runOf(caller: KnownCaller): RunContext {
  if (caller.context.kind === "run") return caller.context;
  throw new Refusal("Forbidden", "only a run may ask this");
}

function answerFailure(response: ServerResponse, error: unknown, route: Route | undefined): void {
  const refusal = toRefusal(error);
  sendRefusal(response, refusal, route?.kind === "model" ? buildModelError(route.protocol, refusal) : undefined);
}

/** A refusal is news, a failure that nobody foresaw is an error. */
function logLine(failure: unknown, fields: AuditFields): [LogLevel, string, AuditFields] {
  if (failure === undefined) return ["info", "request", fields];
  if (failure instanceof Refusal)
    return ["warn", "request refused", { ...fields, reason: failure.reason, why: failure.message }];
  return ["error", "request failed", { ...fields, error: describe(failure) }];
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? `${error.name}: ${error.message}` : `${error.message}: ${describe(error.cause)}`;
}

/** Aborts when the caller has gone before its answer was whole. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the caller went away"));
  });
  return gone.signal;
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
