import { describe, expect, it } from "vitest";
import { formatError, toCliError } from "../../src/cli/cli-error.ts";
import { PlatformError, type PlatformErrorCode } from "../../src/platform/errors.ts";

describe("a refusal or failure of the server", () => {
  it.each<[PlatformErrorCode, number]>([
    ["NotFound", 3],
    ["AlreadyExists", 4],
    ["Conflict", 4],
    ["Invalid", 4],
    ["Forbidden", 4],
    ["Unauthorized", 4],
    ["Timeout", 5],
    ["TooManyRequests", 1],
    ["Expired", 1],
    ["Internal", 1],
  ])("%s ends with %i", (code, exitCode) => {
    expect(toCliError(new PlatformError({ code, message: "no" })).exitCode).toBe(exitCode);
  });

  it("tells a server that is not there from one that cannot now", () => {
    const lost = new PlatformError({ code: "Unavailable", message: "GET /: connect ECONNREFUSED", hint: "check it" });
    const full = new PlatformError({ code: "Unavailable", message: "runyard.db cannot grow: no space is left" });

    expect(toCliError(lost)).toMatchObject({
      exitCode: 5,
      means: "no server answers at the address in the kubeconfig",
    });
    expect(toCliError(full)).toMatchObject({
      exitCode: 1,
      means: expect.stringContaining("the server answers") as string,
    });
  });

  it("names the fields that are wrong once, and keeps the hint that came with it", () => {
    const error = new PlatformError({
      code: "Invalid",
      message: "spec.a: must be an integer",
      hint: "write a number",
      causes: [
        { field: "spec.a", message: "must be an integer" },
        { field: "spec.b", message: "is required" },
      ],
    });

    expect(formatError(toCliError(error), false).split("\n")).toEqual([
      "runyard: spec.a: must be an integer; spec.b: is required",
      "  This means: the server does not accept the object as it is; nothing was stored.",
      "  What to do: write a number.",
      "",
    ]);
  });

  it("cannot steer the terminal with what it quotes", () => {
    const error = new PlatformError({ code: "Internal", message: "a\u001b[2J\nb" });

    expect(formatError(toCliError(error), false)).toContain("runyard: a?[2J b\n");
  });
});
