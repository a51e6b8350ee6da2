import { expect, it } from "vitest";
import { Refusal, toRefusal } from "../../src/gateway/refusal.ts";
import { PlatformError } from "../../src/platform/errors.ts";

it.each([
  ["a refusal", new Refusal("Forbidden", "no"), { reason: "Forbidden", status: 403, message: "no" }],
  [
    "a store that could not be reached",
    new PlatformError({ code: "Unavailable", message: "connect ECONNREFUSED /secret/place" }),
    { reason: "Unavailable", status: 502, message: expect.not.stringContaining("/secret/place") },
  ],
  [
    "what nobody foresaw",
    new Error("key sk-1"),
    { reason: "Internal", status: 500, message: expect.not.stringContaining("sk-1") },
  ],
])("%s becomes an answer that says what a caller may know", (_name, error, answer) => {
  expect(toRefusal(error)).toMatchObject(answer);
});
