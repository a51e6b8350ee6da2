// May this model request go out, and what is the most that it can cost? The bound must hold whatever the provider does:
// so everything that would make the input larger than the request's own bytes, or the price higher, is refused or removed.
// So is everything that would let the provider reach the network for the agent.
import type { ModelProtocol } from "../decide-route.ts";
import type { CallBound } from "./money.ts";

/** Tokens that a provider adds to a request by itself: its own tool prompt and the frame of each message. */
export const PROVIDER_OVERHEAD_TOKENS = 4_096;

type Json = Readonly<Record<string, unknown>>;

export type ModelRequestDecision =
  | { readonly kind: "send"; readonly body: Json; readonly bound: CallBound; readonly removedTools: readonly string[] }
  | { readonly kind: "refuse"; readonly message: string };

export interface ModelRequest {
  readonly protocol: ModelProtocol;
  readonly body: Json;
  /** Size of the request's text: no tokenizer makes more tokens than there are bytes. */
  readonly bytes: number;
  readonly outputTokensMax: number;
}

export function decideModelRequest(request: ModelRequest): ModelRequestDecision {
  const obstacle = findObstacle(request.protocol, request.body);
  if (obstacle !== undefined) return { kind: "refuse", message: obstacle };
  const output = decideOutput(request);
  const tools = keepLocalTools(request.protocol, request.body);
  const body = { ...withoutSurcharges(request.body), ...output.fields, ...tools.fields, ...streamFields(request) };
  return {
    kind: "send",
    body,
    bound: {
      inputTokens: request.bytes + PROVIDER_OVERHEAD_TOKENS,
      outputTokens: output.tokens,
      longCache: JSON.stringify(request.body).includes('"ttl":"1h"'),
    },
    removedTools: tools.removed,
  };
}

/** Fields whose value lives at the provider: their size cannot be seen here. */
const STATEFUL_FIELDS = ["previous_response_id", "conversation", "prompt", "background", "mcp_servers", "container"];

function findObstacle(protocol: ModelProtocol, body: Json): string | undefined {
  const stateful = STATEFUL_FIELDS.find((name) => isPresent(body[name]));
  if (stateful !== undefined)
    return `${stateful}: state kept at the provider is not allowed; send the whole conversation`;
  if (protocol === "openai-chat-completions" && (body["n"] ?? 1) !== 1) return "n: only one answer per call";
  for (const part of contentParts(protocol, body)) {
    const found = findReference(part);
    if (found !== undefined) return `${found}: content must be in the request, not be fetched by the provider`;
  }
  return undefined;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** Every part of every message, and the parts of tool results inside. */
function contentParts(protocol: ModelProtocol, body: Json): readonly Json[] {
  const messages = list(protocol === "openai-responses" ? body["input"] : body["messages"]).map(object);
  const parts = messages.flatMap((message) => list(message["content"]).concat(list(message["output"])).map(object));
  return [...messages, ...parts, ...parts.flatMap((part) => list(part["content"]).map(object))];
}

function findReference(part: Json): string | undefined {
  const source = object(part["source"])["type"];
  if (source === "url" || source === "file") return `source.type ${source}`;
  if (part["type"] === "item_reference") return "item_reference";
  const image = part["image_url"];
  const imageUrl = typeof image === "string" ? image : object(image)["url"];
  if (typeof imageUrl === "string" && !imageUrl.startsWith("data:")) return "image_url";
  if (isPresent(part["file_id"]) || isPresent(object(part["file"])["file_id"])) return "file_id";
  return isPresent(part["file_url"]) ? "file_url" : undefined;
}

/** The most that may come back, made explicit in the request, so that the provider keeps to it. */
function decideOutput({ protocol, body, outputTokensMax }: ModelRequest): { fields: Json; tokens: number } {
  const limit = (value: unknown) =>
    typeof value === "number" && Number.isInteger(value) && value > 0
      ? Math.min(value, outputTokensMax)
      : outputTokensMax;
  switch (protocol) {
    case "anthropic-messages": {
      const tokens = limit(body["max_tokens"]);
      const thinking = object(body["thinking"]);
      const budget = thinking["budget_tokens"];
      const tooLong = typeof budget === "number" && budget >= tokens;
      return {
        fields: { max_tokens: tokens, ...(tooLong ? { thinking: { ...thinking, budget_tokens: tokens - 1 } } : {}) },
        tokens,
      };
    }
    case "openai-responses": {
      const tokens = limit(body["max_output_tokens"]);
      return { fields: { max_output_tokens: tokens }, tokens };
    }
    case "openai-chat-completions": {
      // Servers that only speak the older dialect know max_tokens alone, so the caller's choice of field is kept.
      const name = body["max_tokens"] === undefined ? "max_completion_tokens" : "max_tokens";
      const tokens = limit(body[name]);
      return { fields: { [name]: tokens }, tokens };
    }
  }
}

/** Client-side tools by type; a tool without a type is one too. Everything else runs at the provider. */
const LOCAL_TOOLS: Readonly<Record<ModelProtocol, RegExp>> = {
  "anthropic-messages": /^(custom|bash_|text_editor_|computer_|memory_|tool_search_tool_)/u,
  "openai-responses": /^(function|custom|local_shell|namespace|apply_patch|tool_search|additional_tools)$/u,
  "openai-chat-completions": /^(function|custom)$/u,
};

function keepLocalTools(protocol: ModelProtocol, body: Json): { fields: Json; removed: readonly string[] } {
  const removed: string[] = [];
  const keep = (tools: unknown): readonly unknown[] =>
    list(tools).filter((tool) => {
      const type = object(tool)["type"];
      const isLocal = typeof type !== "string" || LOCAL_TOOLS[protocol].test(type);
      if (!isLocal) removed.push(type);
      return isLocal;
    });
  const input = list(body["input"]).map((item) =>
    object(item)["type"] === "additional_tools"
      ? Object.assign({}, item, { tools: keep(object(item)["tools"]) })
      : item,
  );
  const fields = {
    ...(body["tools"] === undefined ? {} : { tools: keep(body["tools"]) }),
    ...(Array.isArray(body["input"]) ? { input } : {}),
  };
  return { fields, removed };
}

const CHEAP_TIERS = new Set<unknown>(["auto", "default", "flex", "standard_only"]);

function withoutSurcharges(body: Json): Json {
  const { service_tier: tier, speed: _speed, inference_geo: _geo, web_search_options: _search, ...rest } = body;
  return CHEAP_TIERS.has(tier) ? { ...rest, service_tier: tier } : rest;
}

/** Chat Completions reports the usage of a stream only when asked. */
function streamFields({ protocol, body }: ModelRequest): Json {
  if (protocol !== "openai-chat-completions" || body["stream"] !== true) return {};
  return { stream_options: { ...object(body["stream_options"]), include_usage: true } };
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
