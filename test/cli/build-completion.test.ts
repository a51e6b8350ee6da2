import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../src/cli/all-commands.ts";
import { buildCompletion } from "../../src/cli/build-completion.ts";

/** What bash offers for the last of the words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = `runyard() { [ "$*" = "get workflows -o name" ] && printf 'workflow.argoproj.io/%s\\n' task-1 task-2; }
${buildCompletion("bash", ALL_COMMANDS)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _runyard; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)("bash", ["-c", script, "bash", "runyard", ...words]);
  return stdout.split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  it("offers commands, kinds, names, options and their values in bash", async () => {
    expect(await offered("de")).toEqual(["describe", "delete"]);
    expect(await offered("get", "coder")).toEqual(["coderuns"]);
    expect(await offered("get", "workflows", "task-")).toEqual(["task-1", "task-2"]);
    expect(await offered("stop", "")).toEqual(["task-1", "task-2"]);
    expect(await offered("get", "--all")).toEqual(["--all-namespaces"]);
    expect(await offered("get", "pods", "-o", "")).toEqual(["json", "yaml", "name", "wide"]);
    expect(await offered("completion", "z")).toEqual(["zsh"]);
  });

  it("is bash's own in zsh", () => {
    const script = buildCompletion("zsh", ALL_COMMANDS);

    expect(script).toMatch(/^#compdef runyard\n.*bashcompinit/);
    expect(script).toContain("complete -F _runyard runyard");
  });

  it("has a line per command and option in fish", () => {
    const lines = buildCompletion("fish", ALL_COMMANDS).split("\n");

    expect(lines).toContain("complete -c runyard -n __fish_use_subcommand -a get -d 'List objects'");
    expect(lines).toContain(
      `complete -c runyard -n "__fish_seen_subcommand_from get" -s w -l watch -d 'go on and print every change until Ctrl-C'`,
    );
    expect(lines.find((line) => line.includes("from stop") && line.includes("get workflows"))).toContain(
      "-a '(runyard get workflows -o name 2>/dev/null",
    );
  });
});
