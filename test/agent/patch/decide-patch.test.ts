// The rules about single paths; verify.test.ts has the patches that break them.
import { describe, expect, it } from "vitest";
import {
  decidePatch,
  isAgentConfiguration,
  isProtected,
  type Change,
  type PatchPolicy,
} from "../../../src/agent/patch/decide-patch.ts";
import { readChanges } from "../../../src/agent/patch/read-changes.ts";
import { findSecrets } from "../../../src/agent/patch/secret-scan.ts";
import type { Stage } from "../../../src/resources/run-identity.ts";

function change(path: string, more: Partial<Change> = {}): Change {
  return { path, mode: "100644", added: true, deleted: false, ...more };
}

function refusals(path: string, stage: Stage = "author", more: Partial<Change> = {}): readonly string[] {
  return decidePatch([change(path, more)], policy(stage)).refusals;
}

function policy(stage: Stage, docsDirectory = "."): PatchPolicy {
  return { stage, docsDirectory, protectedPaths: ["ci/*.sh", "{a,.b}/**"] };
}

describe("a path is refused", () => {
  it.each([
    "../x",
    "a/../x",
    "a//x",
    "./x",
    ".git/config",
    "a/.GIT/config",
    "git~1/x",
    ".git./x",
    ".g\u200bit/x",
    "．git/x",
    "a\u0007",
    "\ufffd",
    "x".repeat(501),
    ".gitmodules",
    ".github/workflows/deep/a.yml",
    ".github/actions/.x/action.yml",
    "CODEOWNERS",
  ])("%j", (path) => {
    expect(refusals(path)).toHaveLength(1);
  });

  it("when it becomes a link or a submodule, but not when one is removed", () => {
    expect(refusals("a", "author", { mode: "120000" })).toHaveLength(1);
    expect(refusals("a", "author", { mode: "160000" })).toHaveLength(1);
    expect(refusals("a", "author", { mode: "000000", added: false, deleted: true })).toEqual([]);
  });

  it("by the stages that write one kind of file only", () => {
    expect(refusals("src/a.ts", "tests")).toHaveLength(1);
    for (const path of ["test/a.ts", "src/__tests__/a.js", "a.spec.ts", "a_test.go", "pkg/test_a.py"])
      expect(refusals(path, "tests"), path).toEqual([]);
    expect(refusals("src/a.ts", "docs")).toHaveLength(1);
    expect(refusals(".taskmaster/docs/task-1/task.md", "docs")).toEqual([]);
    const elsewhere = [change(".taskmaster/a"), change("apps/shop/.taskmaster/a"), change("apps/shop/a")];
    expect(decidePatch(elsewhere, policy("docs", "apps/shop")).refusals).toEqual([
      ".taskmaster/a: the stage docs writes below apps/shop/.taskmaster/ only",
      "apps/shop/a: the stage docs writes below apps/shop/.taskmaster/ only",
    ]);
  });
});

it("ordinary paths pass, whatever their letters", () => {
  for (const path of ["a", "src/ä b.js", ".github/dependabot.yml", ".gitignore", "git/x", 'q"x', "日本/語.md"])
    expect(refusals(path), path).toEqual([]);
});

it("what defines a gate is taken back instead of refused", () => {
  const changes = ["ci/a.sh", "a/.hidden/x", ".b/x", ".runyard.yaml", "deep/.claude/settings.json", "ok.js"].map(
    (path) => change(path, { mode: "120000" }),
  );

  const decision = decidePatch(changes, policy("author"));

  expect(decision.restore).toEqual(["ci/a.sh", "a/.hidden/x", ".b/x", ".runyard.yaml", "deep/.claude/settings.json"]);
  expect(decision.refusals).toEqual([expect.stringContaining("ok.js: mode 120000")]);
});

it("agents' configuration is one of what is protected", () => {
  expect(isAgentConfiguration("x/AGENTS.md")).toBe(true);
  expect(isAgentConfiguration(".runyard.yaml")).toBe(false);
  expect(isProtected(".runyard.yaml", [])).toBe(true);
  expect(isProtected("README.md", [])).toBe(false);
});

describe("git's list of changes", () => {
  it("is read with its modes, whatever stands in the names", () => {
    const raw = `:000000 100755 0000 abcd A\0new "a"\nb\0:100644 000000 abcd 0000 D\0old\0:120000 100644 a b T\0t\0`;

    expect(readChanges(raw)).toEqual([
      { path: 'new "a"\nb', mode: "100755", added: true, deleted: false },
      { path: "old", mode: "000000", added: false, deleted: true },
      { path: "t", mode: "100644", added: false, deleted: false },
    ]);
    expect(readChanges("")).toEqual([]);
  });

  it("in another form is a bug", () => {
    expect(() => readChanges(":100644 100644 a b R100\0a\0b\0")).toThrow("is not understood");
  });
});

describe("credentials", () => {
  it.each([
    `github_pat_${"a1".repeat(25)}`,
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    `AKIA${"A1".repeat(8)}`,
    `sk-ant-${"a1".repeat(12)}`,
    `sk-proj-${"a1".repeat(20)}`,
    `xoxb-${"1".repeat(12)}`,
    `npm_${"a1".repeat(18)}`,
    `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(30)}`,
  ])("are found in added lines and never repeated: %s", (secret) => {
    const found = findSecrets(`--- a/k\n+++ b/k\n@@ -1 +1 @@\n-${secret}\n+key = "${secret}"\n`);

    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^k: looks like /);
    expect(found[0]).not.toContain(secret);
  });

  it("that are removed are no reason to refuse", () => {
    expect(findSecrets(`--- a/k\n+++ b/k\n@@ -1 +0,0 @@\n-ghp_${"a1".repeat(18)}\n`)).toEqual([]);
  });
});
