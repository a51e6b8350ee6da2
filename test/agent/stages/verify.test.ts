// What `verify` makes of a hostile agent's result: every file it left is data, and judged before anything of it is used.
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NODE_FILES } from "../../../src/platform/node/node-files.ts";
import { AgentWorld, type AgentPod } from "../../support/agent-world.ts";
import { git } from "../../support/git-work-tree.ts";

let world: AgentWorld;
let pod: AgentPod;

beforeAll(async () => {
  const gates = "gates:\n  author: ['! test -e escaped', '! grep -q broken price.js']\nprotectedPaths: ['*.lock']\n";
  world = await AgentWorld.start({ "price.js": "1\n", "old.js": "old\n", "a.lock": "1\n", ".runyard.yaml": gates });
  pod = await world.pod();
  await pod.start("prepare");
});
afterAll(() => world.stop());
beforeEach(async () => {
  await rm(join(pod.directory, "result"), { recursive: true, force: true });
  await rm(join(pod.directory, "verified"), { recursive: true, force: true });
  await mkdir(join(pod.directory, "result"));
});

/** The patch of a change that a script makes in a clone, in git's form. */
async function patchOf(script: string, ...options: readonly string[]): Promise<string> {
  const clone = await world.clone();
  execFileSync("/bin/bash", ["-c", script], { cwd: clone.directory, stdio: "pipe" });
  await clone.run("add", "--all", "--force");
  return (await git(clone.directory, "diff", "--cached", "--binary", "--full-index", ...options)).stdout;
}

async function verify(patch: string) {
  await writeFile(join(pod.directory, "result/change.patch"), patch);
  return await pod.start("verify");
}

function newFile(path: string, text = "x", mode = "100644"): string {
  return `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${text}\n`;
}

const GOOD = newFile("hats.js", "2");

describe("a change within the rules", () => {
  it("passes, and is what publish gets", async () => {
    expect(await verify(GOOD)).toMatchObject({ container: "verify", result: "passed", reason: "GatesPassed" });

    expect(await NODE_FILES.read(join(pod.directory, "verified/change.patch"))).toContain("+++ b/hats.js");
  });

  it("may rename, delete, have odd names and be binary", async () => {
    const script = "mv old.js 'new \"näme\".js'; head -c 300 /dev/urandom > hat.png; chmod +x price.js";

    expect(await verify(await patchOf(script, "-M"))).toMatchObject({ result: "passed" });
  });

  it("fails with the gates that it breaks, whatever the agent says", async () => {
    const said = { agent: { reason: "AgentFinished", message: "", finalText: "All gates pass.", turns: 1 } };
    await writeFile(join(pod.directory, "result/result.json"), JSON.stringify(said));

    const outcome = await verify(await patchOf("echo broken >> price.js"));

    expect(outcome).toMatchObject({ result: "failed", reason: "GateFailed", agentTurns: 1 });
  });

  it("loses what it does to a gate's files", async () => {
    expect(await verify(GOOD + newFile("b.lock"))).toMatchObject({ result: "passed" });

    const kept = await NODE_FILES.read(join(pod.directory, "verified/change.patch"));
    expect(kept).toContain("hats.js");
    expect(kept).not.toContain("b.lock");
  });
});

describe("a patch is refused that", () => {
  it.each([
    ["makes a link", newFile("notes", "/etc/passwd", "120000")],
    ["writes through a link that it makes", newFile("d", "/tmp", "120000") + newFile("d/escaped")],
    ["adds a submodule", newFile("sub", `Subproject commit ${"a".repeat(40)}`, "160000")],
    ["leads out of the tree", newFile("../escaped")],
    ["is absolute", newFile("/escaped")],
    ["writes a hook", newFile(".git/hooks/pre-push")],
    ["writes a hook in capitals", newFile(".GIT/hooks/pre-push")],
    ["writes a hook by its short name", newFile("GIT~1/hooks/pre-push")],
    ["writes a hook in a folder", newFile("a/.git/config")],
    ["adds a workflow", newFile(".github/workflows/ci.yml")],
    ["adds a hidden workflow", newFile(".github/workflows/.x/ci.yml")],
    ["declares modules", newFile(".gitmodules")],
    ["turns text around", newFile("price\u202ejs.exe")],
    ["hides a character", newFile("pri\u200bce.js")],
    ["has a credential", newFile("key", `-----BEGIN RSA PRIVATE KEY-----`)],
    ["hides a credential behind what looks like a header", newFile("key", `++ ghp_${"a1".repeat(18)}`)],
    ["names another file than it writes", GOOD.replace("+++ b/hats.js", "+++ b/.github/workflows/ci.yml")],
    ["has a second patch within", `${GOOD}--- /dev/null\n+++ b/.github/workflows/ci.yml\n@@ -0,0 +1 @@\n+x\n`],
    ["does not apply", GOOD.replace("new file mode 100644\n--- /dev/null", "--- a/hats.js")],
    ["is no patch", "hello\n"],
    ["is huge", newFile("big", "x".repeat(2_000_001))],
  ])("%s", async (_name, patch) => {
    const outcome = await verify(patch);

    expect(outcome).toMatchObject({ result: "failed", reason: "PatchRefused" });
    expect(await NODE_FILES.read(join(pod.directory, "verified/change.patch"))).toBe("");
  });

  it("brings a workflow under another name", async () => {
    const script = "mkdir -p .github/workflows && mv old.js .github/workflows/ci.yml";

    expect(await verify(await patchOf(script, "-M"))).toMatchObject({ reason: "PatchRefused" });
  });
});

describe("a result that is no plain file", () => {
  it("is not read through a link", async () => {
    await symlink(join(pod.directory, "token-verify"), join(pod.directory, "result/change.patch"));

    const outcome = await pod.start("verify");

    expect(outcome).toMatchObject({ result: "failed", reason: "PatchRefused" });
    expect(outcome.message).toContain("no plain file");
  });

  it("is not waited for", async () => {
    execFileSync("mkfifo", [join(pod.directory, "result/result.json")]);

    expect(await verify(GOOD)).toMatchObject({ result: "passed" });
  });

  it("counts as nothing said when it is not understood", async () => {
    await writeFile(join(pod.directory, "result/result.json"), "{ no json");

    expect(await verify(GOOD)).toMatchObject({ result: "passed" });
  });
});

it("what the agent container gave up on is not saved by gates that pass", async () => {
  const failure = { reason: "BudgetExceeded", message: "the budget is used up" };
  await writeFile(join(pod.directory, "result/result.json"), JSON.stringify({ failure }));

  expect(await verify(GOOD)).toMatchObject({ result: "failed", ...failure });
});

it("why the agent could not finish is told rather than the gate that fails for it, but only for reasons of its own", async () => {
  const patch = await patchOf("echo broken >> price.js");
  for (const [reason, told] of [
    ["UsageLimited", "UsageLimited"],
    ["InfrastructureLost", "GateFailed"],
  ]) {
    await writeFile(join(pod.directory, "result/result.json"), JSON.stringify({ failure: { reason, message: "x" } }));

    expect(await verify(patch)).toMatchObject({ result: "failed", reason: told });
  }
});

it("a gate cannot replace the verdict by laying a link", async () => {
  await mkdir(join(pod.directory, "verified"), { recursive: true });
  await symlink(join(pod.directory, "elsewhere"), join(pod.directory, "verified/verdict.json"));

  await verify(GOOD);

  expect(await NODE_FILES.exists(join(pod.directory, "elsewhere"))).toBe(false);
});
