// Refusals of the model routes in the words that each protocol's clients understand, chosen so that none is tried again.
import type { ModelProtocol } from "../decide-route.ts";
import type { Refusal, RefusalForm, RefusalReason } from "../refusal.ts";

const ANTHROPIC_TYPES: Partial<Readonly<Record<RefusalReason, string>>> = {
  Unauthorized: "authentication_error",
  Forbidden: "permission_error",
  NotFound: "not_found_error",
  UnknownModel: "not_found_error",
  TooLarge: "request_too_large",
  BudgetExceeded: "billing_error",
  Superseded: "permission_error",
  RateLimited: "rate_limit_error",
  Invalid: "invalid_request_error",
};

const OPENAI_CODES: Partial<Readonly<Record<RefusalReason, string>>> = {
  Unauthorized: "invalid_api_key",
  UnknownModel: "model_not_found",
  BudgetExceeded: "insufficient_quota",
  RateLimited: "rate_limit_exceeded",
};

/** Refusals that another attempt cannot change. */
const FINAL: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  "BudgetExceeded",
  "Superseded",
  "UnknownModel",
  "Forbidden",
  "TooLarge",
  "Misconfigured",
]);

/** Statuses that clients of Anthropic's protocol take as final anyway. */
const FINAL_FOR_ANTHROPIC = new Set([400, 402, 403, 404, 413]);

/**
 * The answer to a refused model call. Codex tries everything but 400 again (observed with 0.169: 402 five times), and the
 * SDKs of both providers try 409 again unless `x-should-retry` says no; so what is final says so in every way there is.
 */
export function buildModelError(protocol: ModelProtocol, refusal: Refusal): RefusalForm {
  const isFinal = FINAL.has(refusal.reason);
  const keepsStatus = !isFinal || (protocol === "anthropic-messages" && FINAL_FOR_ANTHROPIC.has(refusal.status));
  return {
    status: keepsStatus ? refusal.status : 400,
    headers: isFinal ? { "x-should-retry": "false" } : {},
    body: buildBody(protocol, refusal),
  };
}

/** The message begins with the reason, because that is the one part that every coding agent prints. */
function buildBody(protocol: ModelProtocol, refusal: Refusal): object {
  const message = refusal.message.startsWith(refusal.reason)
    ? refusal.message
    : `${refusal.reason}: ${refusal.message}`;
  if (protocol === "anthropic-messages") {
    return { type: "error", error: { type: ANTHROPIC_TYPES[refusal.reason] ?? "api_error", message } };
  }
  const type = refusal.reason === "BudgetExceeded" ? "insufficient_quota" : openAiType(refusal.status);
  return { error: { message, type, param: null, code: OPENAI_CODES[refusal.reason] ?? null } };
}

function openAiType(status: number): string {
  return status >= 500 ? "server_error" : "invalid_request_error";
}
