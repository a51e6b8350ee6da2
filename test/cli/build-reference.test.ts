import { describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../src/cli/all-commands.ts";
import { buildReference, usageOf } from "../../src/cli/build-reference.ts";
import { GET } from "../../src/cli/commands/get.ts";

describe("the reference", () => {
  it("has usage, every option and an example of each command, and every exit code", () => {
    const text = buildReference(ALL_COMMANDS);

    expect(usageOf(GET)).toBe("runyard get [options] KIND [NAME...]");
    for (const command of ALL_COMMANDS) {
      expect(text).toContain(usageOf(command));
      expect(command.examples.length).toBeGreaterThan(0);
      for (const option of command.options) expect(text).toContain(`| \`${option.flags}\` |`);
    }
    expect(text).toContain("| 5 | no server could be reached |");
  });
});
