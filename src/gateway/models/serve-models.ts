// The model routes: the agent's call with the agent's token becomes the provider's call with the provider's key, after
// its worst case has been reserved; the answer streams through, is metered, and settles the reservation.
import type { Configuration, ModelRoute } from "../../configuration/configuration.ts";
import type { Clock } from "../../platform/clock.ts";
import { hasCode } from "../../platform/errors.ts";
import type { Log } from "../../platform/log.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { parseJsonObject, readRequestBody, streamOut } from "../bodies.ts";
import type { RunContext } from "../callers.ts";
import type { ModelProtocol } from "../decide-route.ts";
import type { Exchange } from "../exchange.ts";
import { requireCurrentGeneration } from "../lanes.ts";
import { Refusal } from "../refusal.ts";
import type { Secrets } from "../secrets.ts";
import { headerOf, neverArrived, type Upstream, type UpstreamResponse } from "../upstream.ts";
import { CALL_MS_MAX } from "./decide-reservation.ts";
import { decideModelRequest } from "./decide-model-request.ts";
import type { Ledger, Spender } from "./ledger.ts";
import { boundAmount, usageAmount, type Amount, type CallBound } from "./money.ts";
import { readUsageLimit } from "./read-usage-limit.ts";
import { UsageMeter } from "./usage-meter.ts";

/** The largest request that goes to a provider; Anthropic's own limit. */
export const MODEL_REQUEST_BYTES_MAX = 32 * 1024 * 1024;

/** Ends every call well before its reservation would be booked as lost. */
const CALL_TIMEOUT_MS = CALL_MS_MAX - 60_000;
const SETTLE_ATTEMPTS_MAX = 10;

/** Tells the agent program when a provider's usage limit ends: RFC 3339. */
export const USAGE_LIMIT_HEADER = "x-runyard-usage-limit-reset";

export interface ModelServices {
  readonly store: ResourceReader;
  readonly configuration: Configuration;
  readonly ledger: Ledger;
  readonly secrets: Secrets;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly log: Log;
}

interface Call {
  readonly run: RunContext;
  readonly route: ModelRoute;
  /** The provider's key. */
  readonly key: string;
  readonly body: string;
  readonly bound: CallBound;
}

export async function serveModelCall(
  exchange: Exchange,
  services: ModelServices,
  asked: { readonly protocol: ModelProtocol; readonly operation: "generate" | "count-tokens" },
): Promise<void> {
  const run = runOf(exchange);
  await requireCurrentGeneration(services.store, run);
  const raw = await readRequestBody(exchange.request, MODEL_REQUEST_BYTES_MAX);
  const body = parseJsonObject(raw);
  const route = requireModel(services.configuration, asked.protocol, body["model"]);
  exchange.audit["model"] = route.name;
  const decision = decideModelRequest({
    protocol: asked.protocol,
    body,
    bytes: raw.length,
    outputTokensMax: Math.min(route.outputTokensMax, run.outputTokensMax ?? route.outputTokensMax),
  });
  if (decision.kind === "refuse") throw new Refusal("Invalid", decision.message);
  if (decision.removedTools.length > 0) exchange.audit["removedTools"] = decision.removedTools.join(",");
  const key = await services.secrets.read(route.credential.secret, route.credential.key);
  if (asked.operation === "count-tokens") return await countTokens(exchange, services, { route, key, raw });
  const text = JSON.stringify(decision.body);
  await generate(exchange, services, { run, route, key, body: text, bound: decision.bound });
}

/** The configured models of a family of protocols, in the provider's own shape. */
export function serveModelList(exchange: Exchange, configuration: Configuration, family: "anthropic" | "openai"): void {
  const data = configuration.models
    .filter((route) => route.protocol.startsWith(family))
    .map(({ name }) => ({ id: name, object: "model", type: "model", display_name: name, owned_by: "runyard" }));
  exchange.response.writeHead(200, { "content-type": "application/json" });
  exchange.response.end(JSON.stringify({ object: "list", data, has_more: false }));
}

async function generate(exchange: Exchange, services: ModelServices, call: Call): Promise<void> {
  const { ledger } = services;
  const spender: Spender = { run: call.run.object, identity: call.run.identity };
  const worst = boundAmount(call.bound, call.route.price);
  const reservation = await ledger.reserve(spender, worst, exchange.signal);
  if (reservation.kind === "refused") throw new Refusal("BudgetExceeded", reservation.message);
  // Until the request is on its way nothing can have been spent.
  let actual: Amount = { microUsd: 0, tokens: 0 };
  try {
    const answer = await send(exchange, services, call).catch((error: unknown) => {
      if (!neverArrived(error)) actual = worst;
      throw new Refusal("Unavailable", `the provider of ${call.route.name} did not answer`);
    });
    if (answer.status === 429) await noteUsageLimit(exchange, services, { spender, call, answer });
    actual = worst;
    actual = await passOn(exchange, answer, call);
  } catch (error) {
    if (error instanceof MeteredFailure) actual = error.amount;
    throw error;
  } finally {
    exchange.audit["tokens"] = actual.tokens;
    exchange.audit["costMicroUsd"] = actual.microUsd;
    await settle(services, { spender, id: reservation.id, actual });
  }
}

/** The answer broke off; what it had used until then is known as far as it goes. */
class MeteredFailure extends Error {
  readonly amount: Amount;

  constructor(amount: Amount, cause: unknown) {
    super("the answer of the model broke off", { cause });
    this.amount = amount;
  }
}

/** Streams the answer to the agent and returns what it cost. Providers charge nothing for an error. */
async function passOn(exchange: Exchange, answer: UpstreamResponse, call: Call): Promise<Amount> {
  const { response } = exchange;
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const isEventStream = (headerOf(answer, "content-type") ?? "").includes("text/event-stream");
  const meter = new UsageMeter({ protocol: call.route.protocol, isEventStream });
  const amount = () =>
    isSuccess ? usageAmount(meter.usage, call.bound, call.route.price) : { microUsd: 0, tokens: 0 };
  response.writeHead(answer.status, answerHeaders(answer));
  // Small pieces must not wait for a full packet.
  response.socket?.setNoDelay(true);
  try {
    exchange.audit["bytes"] = await streamOut(response, answer.body, [meter]);
  } catch (error) {
    throw new MeteredFailure(amount(), error);
  }
  return amount();
}

function send(exchange: Exchange, services: ModelServices, call: Call): Promise<UpstreamResponse> {
  return services.upstream.send({
    method: "POST",
    url: addressOf(call.route, call.route.protocol) + searchOf(exchange),
    headers: requestHeaders(exchange, call.route.protocol, call.key),
    body: call.body,
    signal: AbortSignal.any([exchange.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    headersTimeoutMs: CALL_TIMEOUT_MS,
  });
}

async function countTokens(
  exchange: Exchange,
  services: ModelServices,
  { route, key, raw }: { readonly route: ModelRoute; readonly key: string; readonly raw: Buffer },
): Promise<void> {
  const answer = await services.upstream.send({
    method: "POST",
    url: `${addressOf(route, route.protocol)}/count_tokens`,
    headers: requestHeaders(exchange, route.protocol, key),
    body: raw,
    signal: exchange.signal,
  });
  exchange.response.writeHead(answer.status, answerHeaders(answer));
  exchange.audit["bytes"] = await streamOut(exchange.response, answer.body);
}

async function noteUsageLimit(
  exchange: Exchange,
  services: ModelServices,
  limited: { readonly spender: Spender; readonly call: Call; readonly answer: UpstreamResponse },
): Promise<void> {
  const resetAt = readUsageLimit(limited.answer.headers, services.clock.now());
  if (resetAt === undefined) return;
  exchange.audit["usageLimitReset"] = new Date(resetAt).toISOString();
  exchange.response.setHeader(USAGE_LIMIT_HEADER, new Date(resetAt).toISOString());
  await services.ledger.noteUsageLimit(limited.spender, limited.call.route.name, resetAt);
}

/** Settling must not fail for a moment's reason; what still fails is booked in full by the rule of the reservation. */
async function settle(
  services: ModelServices,
  booking: { readonly spender: Spender; readonly id: string; readonly actual: Amount },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await services.ledger.settle(booking.spender, booking.id, booking.actual);
    } catch (error) {
      // The store has waited for a server that is away by itself.
      if (attempt < SETTLE_ATTEMPTS_MAX && !hasCode(error, "Unavailable")) {
        await services.clock.sleep(100 * 2 ** attempt);
        continue;
      }
      services.log.write("error", "a model call could not be settled; its reservation counts in full", {
        run: booking.spender.run.metadata.name,
        error: String(error),
      });
      return;
    }
  }
}

function requireModel(configuration: Configuration, protocol: ModelProtocol, model: unknown): ModelRoute {
  const route = configuration.models.find((candidate) => candidate.name === model && candidate.protocol === protocol);
  if (route !== undefined) return route;
  const known = configuration.models.filter((one) => one.protocol === protocol).map(({ name }) => name);
  const choice = known.length === 0 ? "none is configured" : `choose one of ${known.join(", ")}`;
  throw new Refusal("UnknownModel", `the model ${JSON.stringify(model)} is not in models of values.yaml; ${choice}`);
}

/** The provider's address of a protocol; `upstream` is what its own clients take as base URL. */
function addressOf(route: ModelRoute, protocol: ModelProtocol): string {
  const base = route.upstream.replace(/\/+$/u, "");
  switch (protocol) {
    case "anthropic-messages":
      return `${base}/v1/messages`;
    case "openai-responses":
      return `${base}/responses`;
    case "openai-chat-completions":
      return `${base}/chat/completions`;
  }
}

function searchOf(exchange: Exchange): string {
  return new URL(exchange.request.url ?? "/", "http://gateway").search;
}

const PASSED_REQUEST_HEADERS = ["accept", "anthropic-version", "anthropic-beta", "openai-beta", "user-agent"];

function requestHeaders(exchange: Exchange, protocol: ModelProtocol, key: string): Record<string, string> {
  const passed = PASSED_REQUEST_HEADERS.flatMap((name) => {
    const value = exchange.request.headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(passed),
    "content-type": "application/json",
    // Compressed answers could not be metered as they pass by.
    "accept-encoding": "identity",
    ...(protocol === "anthropic-messages" ? { "x-api-key": key } : { authorization: `Bearer ${key}` }),
  };
}

/** Headers of the provider that its clients act on; cookies, organisation names and lengths stay here. */
const PASSED_ANSWER_HEADERS =
  /^(content-type|content-encoding|cache-control|retry-after(-ms)?|x-should-retry|request-id|x-request-id|anthropic-ratelimit-.*|x-ratelimit-.*)$/u;

function answerHeaders(answer: UpstreamResponse): Record<string, string> {
  return Object.fromEntries(
    Object.keys(answer.headers)
      .filter((name) => PASSED_ANSWER_HEADERS.test(name))
      .map((name) => [name, headerOf(answer, name) ?? ""]),
  );
}

function runOf(exchange: Exchange): RunContext {
  const { context } = exchange.caller;
  if (context.kind !== "run") throw new Refusal("Forbidden", "only a run may call a model");
  return context;
}
