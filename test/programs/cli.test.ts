// bin/runyard.js as a process of its own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const BIN = fileURLToPath(new URL("../../bin/runyard.js", import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function node(...words: readonly string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, words)) };
  } catch (error) {
    return error as Ended;
  }
}

describe("the program runyard", () => {
  it("runs a command and ends with its exit code", async () => {
    const [version, misspelt] = await Promise.all([node(BIN, "version", "--client"), node(BIN, "verson")]);

    expect(version).toMatchObject({ code: 0, stderr: "" });
    expect(version.stdout).toContain(`node:     ${process.versions.node}\n`);
    expect(misspelt).toMatchObject({ code: 2, stdout: "" });
    expect(misspelt.stderr).toContain("Did you mean version?");
  });

  it("says which Node is needed on one that is too old", async () => {
    const pretend = `Object.defineProperty(process, "versions", { value: { node: "18.20.8" } }); require(${JSON.stringify(BIN)});`;

    const ended = await node("--input-type=commonjs", "-e", pretend);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^runyard: this is Node 18\.20\.8 \(.*\), but Node >=24\.\d+\.\d+ is needed\n/);
  });

  it("takes a closed pipe for an end", async () => {
    const shell = `"$0" "$1" help get | head -n 1; echo "\${PIPESTATUS[0]}"`;

    const { stdout } = await promisify(execFile)("bash", ["-c", shell, process.execPath, BIN]);

    expect(stdout).toBe("Usage: runyard get [options] <KIND> [NAME...]\n0\n");
  });
});
