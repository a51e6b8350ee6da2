// The page of limits is made from the code; here is held to it, apart from the files whose change stops a commit.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildConfigurationReference, fixedLimits } from "../../scripts/limit-reference.ts";
import { LOOP_LIMITS } from "../../src/controllers/loop/loop-limits.ts";
import { SESSION_BYTES_MAX } from "../../src/platform/session-archive.ts";

describe("docs/reference/configuration.md", () => {
  it("is what `npm run generate` makes of the code", () => {
    const stored = readFileSync(new URL("../../docs/reference/configuration.md", import.meta.url), "utf8");

    expect(stored === buildConfigurationReference(), "run npm run generate").toBe(true);
  });

  it("finds constants and tables of limits, with their values", () => {
    const values = new Map(fixedLimits().map(({ file, name, value }) => [`${file} ${name}`, value]));

    expect(values.get("platform/session-archive.ts SESSION_BYTES_MAX")).toBe(SESSION_BYTES_MAX.toLocaleString("en-US"));
    for (const [name, value] of Object.entries(LOOP_LIMITS)) {
      expect(values.get(`controllers/loop/loop-limits.ts LOOP_LIMITS.${name}`)).toBe(value.toLocaleString("en-US"));
    }
  });
});
