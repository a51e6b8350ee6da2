// What a model call used, read from the wire as it passes by: the last word of each protocol on its tokens.
import type { ModelProtocol } from "../decide-route.ts";
import type { CallUsage } from "./money.ts";

export const NO_USAGE: CallUsage = {
  input: undefined,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteLong: 0,
  output: undefined,
};

type Json = Readonly<Record<string, unknown>>;

/** The usage known after one more event of a stream, or after the whole body of an answer without one. */
export function readUsage(protocol: ModelProtocol, known: CallUsage, data: unknown): CallUsage {
  const event = object(data);
  switch (protocol) {
    case "anthropic-messages":
      return readAnthropic(known, event);
    case "openai-responses":
      return readOpenAi(known, object(object(event["response"] ?? event)["usage"]), {
        input: "input_tokens",
        output: "output_tokens",
        details: "input_tokens_details",
      });
    case "openai-chat-completions":
      return readOpenAi(known, object(event["usage"]), {
        input: "prompt_tokens",
        output: "completion_tokens",
        details: "prompt_tokens_details",
      });
  }
}

function readAnthropic(known: CallUsage, event: Json): CallUsage {
  const type = event["type"];
  if (type === "message_start") {
    // Its output_tokens are a beginning, not a total: a stream that breaks off leaves the output unknown.
    return { ...readAnthropicUsage(known, object(object(event["message"])["usage"])), output: undefined };
  }
  if (type === "message_delta" || type === "message") return readAnthropicUsage(known, object(event["usage"]));
  return known;
}

function readAnthropicUsage(known: CallUsage, usage: Json): CallUsage {
  const writes = count(usage["cache_creation_input_tokens"]);
  const long = count(object(usage["cache_creation"])["ephemeral_1h_input_tokens"]);
  return {
    input: count(usage["input_tokens"]) ?? known.input,
    cacheRead: count(usage["cache_read_input_tokens"]) ?? known.cacheRead,
    cacheWrite: writes === undefined ? known.cacheWrite : Math.max(0, writes - (long ?? known.cacheWriteLong)),
    cacheWriteLong: long ?? known.cacheWriteLong,
    output: count(usage["output_tokens"]) ?? known.output,
  };
}

/** OpenAI counts cached tokens as part of the input. */
function readOpenAi(
  known: CallUsage,
  usage: Json,
  names: { readonly input: string; readonly output: string; readonly details: string },
): CallUsage {
  const input = count(usage[names.input]);
  const output = count(usage[names.output]);
  if (input === undefined || output === undefined) return known;
  const details = object(usage[names.details]);
  const cacheRead = Math.min(input, count(details["cached_tokens"]) ?? 0);
  const cacheWrite = Math.min(input - cacheRead, count(details["cache_write_tokens"]) ?? 0);
  return { input: input - cacheRead - cacheWrite, cacheRead, cacheWrite, cacheWriteLong: 0, output };
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
