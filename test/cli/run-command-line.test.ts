import { describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../src/cli/all-commands.ts";
import { runyard } from "../support/command-line.ts";

describe("help", () => {
  it.each(ALL_COMMANDS.map(({ name }) => name))("of %s has its usage, its options and an example", async (name) => {
    const { code, out, err } = await runyard([name, "--help"]);

    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`Usage: runyard ${name}`);
    expect(out).toContain("-h, --help");
    expect(out).toMatch(/\nExamples:\n {2}\S/);
  });

  it("is shown when nothing is asked for, with the exit codes", async () => {
    const { code, out } = await runyard([]);

    expect(code).toBe(0);
    expect(out).toContain("5  no server could be reached");
  });

  it("refuses to explain what does not exist", async () => {
    expect((await runyard(["help", "nonsense"])).code).toBe(2);
  });
});

describe("a command line that is not understood", () => {
  it.each([
    [["gte", "pods"], /unknown command 'gte'(.|\n)*Did you mean get\?/],
    [["get", "pods", "--namespce", "x"], /unknown option '--namespce'(.|\n)*Did you mean --namespace\?/],
    [["get"], /missing required argument 'KIND'(.|\n)*runyard get --help/],
    [["get", "pods", "-o", "xml"], /'xml' is invalid\. Allowed choices are json, yaml, name, wide/],
    [["stop", "a", "b"], /too many arguments/],
    [["completion", "tcsh"], /no completion for "tcsh"(.|\n)*bash, zsh, fish/],
    [["get", "pods,jobs", "x"], /several kinds cannot share one name/],
    [["describe", "pods"], /exactly one object must be named/],
  ])("%j is a usage error in three lines", async (words, message) => {
    const { code, out, err } = await runyard(words);

    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(err.trimEnd().split("\n")).toHaveLength(3);
  });
});

describe("a fault of ours", () => {
  const broken = { startEngine: async () => await Promise.reject(new TypeError("x is not a function")) };

  it("is told without a stack, and ends with 1", async () => {
    const { code, err } = await runyard(["up", "--data-dir", "/data"], broken);

    expect(code).toBe(1);
    expect(err.trimEnd().split("\n")).toEqual([
      "runyard: x is not a function",
      expect.stringContaining("a fault of runyard") as string,
      expect.stringContaining("RUNYARD_DEBUG=1") as string,
    ]);
  });

  it("is told with the stack when that is asked for", async () => {
    const { err } = await runyard(["up", "--data-dir", "/data"], { ...broken, environment: { RUNYARD_DEBUG: "1" } });

    expect(err).toContain("TypeError: x is not a function\n    at ");
  });
});
