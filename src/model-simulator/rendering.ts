// What the three wire protocols have in common when a turn is written out: frames of a stream, one body without one.
import type { Conversation, Protocol } from "./conversation.ts";
import { renderAnthropicMessages } from "./render-anthropic-messages.ts";
import { renderOpenAiChatCompletions } from "./render-openai-chat-completions.ts";
import { renderOpenAiResponses } from "./render-openai-responses.ts";
import type { Rendering, Turn } from "./turn.ts";

/** The answer to a request in the request's own protocol. */
export function renderTurn(conversation: Conversation, turn: Turn): Rendering {
  switch (conversation.protocol) {
    case "anthropic-messages":
      return renderAnthropicMessages(conversation, turn);
    case "openai-responses":
      return renderOpenAiResponses(conversation, turn);
    case "openai-chat-completions":
      return renderOpenAiChatCompletions(conversation, turn);
  }
}

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

const OPENAI_CODES: Readonly<Record<number, string>> = { 401: "invalid_api_key", 429: "rate_limit_exceeded" };

/** The body of an HTTP error, in the shape that the protocol's clients understand. */
export function errorBody(
  protocol: Protocol,
  error: { readonly status: number; readonly type?: string | undefined; readonly message: string },
): unknown {
  if (protocol === "anthropic-messages") {
    const type = error.type ?? ANTHROPIC_TYPES[error.status] ?? "api_error";
    return { type: "error", error: { type, message: error.message } };
  }
  const type = error.type ?? (error.status < 500 ? "invalid_request_error" : "server_error");
  return { error: { message: error.message, type, param: null, code: OPENAI_CODES[error.status] ?? null } };
}

/** An error in the middle of a stream. */
export function errorFrame(protocol: Protocol, error: { readonly type: string; readonly message: string }): string {
  switch (protocol) {
    case "anthropic-messages":
      return `event: error\ndata: ${JSON.stringify({ type: "error", error })}\n\n`;
    case "openai-responses": {
      const response = { id: "resp_scripted", status: "failed", error: { code: error.type, message: error.message } };
      return `event: response.failed\ndata: ${JSON.stringify({ type: "response.failed", response })}\n\n`;
    }
    case "openai-chat-completions":
      return `data: ${JSON.stringify({ error })}\n\n`;
  }
}
