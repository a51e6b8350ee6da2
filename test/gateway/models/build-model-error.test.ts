// How a refused model call is told to the coding agents. What the real ones do with it: test/gateway/real-clis.test.ts.
import { describe, expect, it } from "vitest";
import type { ModelProtocol } from "../../../src/gateway/decide-route.ts";
import { buildModelError } from "../../../src/gateway/models/build-model-error.ts";
import { Refusal, type RefusalReason } from "../../../src/gateway/refusal.ts";

const OPENAI: readonly ModelProtocol[] = ["openai-responses", "openai-chat-completions"];

function errorOf(protocol: ModelProtocol, reason: RefusalReason, message = "no") {
  const { status, headers, body } = buildModelError(protocol, new Refusal(reason, message));
  return { status, headers, error: (body as { readonly error: Readonly<Record<string, unknown>> }).error };
}

describe("a refusal that another attempt cannot change", () => {
  it.each<[RefusalReason, number, string]>([
    ["BudgetExceeded", 402, "billing_error"],
    ["Forbidden", 403, "permission_error"],
    ["UnknownModel", 404, "not_found_error"],
    ["TooLarge", 413, "request_too_large"],
    ["Superseded", 400, "permission_error"],
    ["Misconfigured", 400, "api_error"],
  ])("%s is final for Anthropic's clients", (reason, status, type) => {
    expect(errorOf("anthropic-messages", reason)).toEqual({
      status,
      headers: { "x-should-retry": "false" },
      error: { type, message: `${reason}: no` },
    });
  });

  it.each<[RefusalReason, string, string | null]>([
    ["BudgetExceeded", "insufficient_quota", "insufficient_quota"],
    ["UnknownModel", "invalid_request_error", "model_not_found"],
    ["Superseded", "invalid_request_error", null],
  ])("%s is 400 for OpenAI's clients, which try everything else again", (reason, type, code) => {
    for (const protocol of OPENAI) {
      expect(errorOf(protocol, reason)).toEqual({
        status: 400,
        headers: { "x-should-retry": "false" },
        error: { message: `${reason}: no`, type, param: null, code },
      });
    }
  });
});

describe("a refusal that may pass", () => {
  it.each<[ModelProtocol, string | undefined]>([
    ["anthropic-messages", undefined],
    ["openai-responses", "rate_limit_exceeded"],
  ])("keeps its status for %s, and leaves the attempt to the client", (protocol, code) => {
    const { status, headers, error } = errorOf(protocol, "RateLimited");

    expect([status, headers, error["code"]]).toEqual([429, {}, code]);
  });

  it("of the server's side is the server's error to OpenAI's clients", () => {
    const { status, error } = errorOf("openai-responses", "Unavailable");

    expect(status).toBeGreaterThanOrEqual(500);
    expect(error["type"]).toBe("server_error");
  });
});

it("the reason stands at the beginning of the message, once", () => {
  expect(errorOf("anthropic-messages", "Superseded", "Superseded: a newer run").error["message"]).toBe(
    "Superseded: a newer run",
  );
});
