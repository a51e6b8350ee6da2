import { describe, expect, it } from "vitest";
import { addressOf, readRunInput, type AgentRun } from "../../../src/controllers/agent-run/run-input.ts";
import type { CodeRunSpec } from "../../../src/resources/code-run.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { codeRun, docsRun } from "../../support/runs.ts";

const allowing = { ...CONFIGURATION, requirementSecretsAllowed: ["payments"] };

function inputOf(run: AgentRun, configuration = CONFIGURATION) {
  const read = readRunInput(run, configuration);
  if (read.kind === "invalid") throw new Error(read.problem);
  return read.input;
}

function problemOf(spec: Partial<CodeRunSpec>, configuration = CONFIGURATION): string {
  const read = readRunInput(codeRun({ spec }), configuration);
  return read.kind === "invalid" ? read.problem : "";
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("readRunInput", () => {
  it("E.2 reads both spellings of a repository", () => {
    const address = { owner: "acme", name: "shop.js" };

    expect(addressOf("acme/shop.js", "p")).toEqual(address);
    expect(addressOf("https://github.example/acme/shop.js.git", "p")).toEqual(address);
    expect(addressOf("http://github.example/acme/shop.js/", "p")).toEqual(address);
    expect(problemOf({ repositoryUrl: "git@github.example:acme/shop" })).toMatch(
      /^spec\.repositoryUrl: .* write org\/repo/,
    );
    expect(problemOf({ docsRepositoryUrl: "acme/.." })).toMatch(/^spec\.docsRepositoryUrl: /);
  });

  it("takes the profile of the App and the stage, and the CLI and model of cliConfig", () => {
    const input = inputOf(
      codeRun({
        spec: { githubApp: "runyard-author", cliConfig: { cliType: "Claude", model: "claude-opus-4-20250514" } },
      }),
    );

    expect(input.profile).toMatchObject({ name: "author", cli: "claude" });
    expect(input.model).toBe("claude-opus-4-20250514");
    expect(input.docs).toEqual({ repository: { owner: "acme", name: "shop" }, directory: ".", branch: "main" });
  });

  it("names the field, the value and the fix of what it refuses", () => {
    expect(problemOf({ githubApp: "" })).toContain("spec.githubApp: is required");
    expect(problemOf({ githubApp: "Other" })).toContain('"Other" is no agent of values.yaml; known are Runyard-Author');
    expect(problemOf({ model: "x" })).toContain('spec.model: "x" is not in models');
    expect(problemOf({ cliConfig: { cliType: "emacs", model: "gpt-5.5" } })).toContain("use codex or claude");
    const broken = codeRun({ annotations: { "runyard.dev/trigger": "{" } });
    expect(readRunInput(broken, CONFIGURATION)).toMatchObject({
      kind: "invalid",
      problem: expect.stringContaining("is no JSON"),
    });
  });

  it("continues a session when asked, and on every attempt after the first", () => {
    expect(inputOf(codeRun()).continueSession).toBe(false);
    expect(inputOf(codeRun({ spec: { continueSession: true } })).continueSession).toBe(true);
    expect(inputOf(codeRun({ status: { retryCount: 1 } })).continueSession).toBe(true);
  });

  it("keeps env and secrets when templates send an empty taskRequirements", () => {
    const envFromSecrets = [{ name: "PAY", secretName: "payments", secretKey: "token" }];

    const input = inputOf(codeRun({ spec: { taskRequirements: "", env: { A: "1" }, envFromSecrets } }), allowing);

    expect(input.requirements).toEqual({
      environment: { A: "1" },
      secrets: [{ secret: "payments", key: "token", name: "PAY" }],
    });
  });

  it("refuses a secret that the operator did not allow", () => {
    const taskRequirements = base64("secrets: [{name: payments, keys: [{token: PAY}]}]");

    expect(problemOf({ taskRequirements })).toContain('secret "payments" may not be used by runs');
    expect(problemOf({ taskRequirements }, allowing)).toBe("");
    expect(problemOf({ taskRequirements: "%" })).toContain("spec.taskRequirements: is no base64");
  });

  it("reads the trigger, and defaults where an older manifest says nothing", () => {
    const run = codeRun({ annotations: { "runyard.dev/trigger": '{"kind":"ci","ids":[4]}' } });
    const { contextVersion: _version, ...spec } = codeRun().spec;

    expect(inputOf(run).trigger).toEqual({ kind: "ci", ids: [4] });
    expect(inputOf({ ...codeRun(), spec }).contextVersion).toBe(1);
    expect(inputOf(codeRun({ spec: { docsProjectDirectory: "docs", docsBranch: "trunk" } })).docs).toMatchObject({
      directory: "docs",
      branch: "trunk",
    });
  });

  it("takes a folder of the repository in whichever form it is written, and none outside of it", () => {
    const folderOf = (workingDirectory: string) => inputOf(codeRun({ spec: { workingDirectory } })).workingDirectory;

    expect(["", ".", "./", "/"].map(folderOf)).toEqual([".", ".", ".", "."]);
    expect(["apps/shop", "./apps/shop/", "/apps//shop"].map(folderOf)).toEqual(Array(3).fill("apps/shop"));
    expect(problemOf({ workingDirectory: "apps/../.." })).toContain("spec.workingDirectory: ");
    expect(problemOf({ docsProjectDirectory: "../docs" })).toContain("spec.docsProjectDirectory: ");
    expect(inputOf({ ...docsRun(), spec: { ...docsRun().spec, workingDirectory: "./docs/" } })).toMatchObject({
      workingDirectory: "docs",
      docs: { directory: "docs" },
    });
  });

  it("takes the next model of the rotation for each attempt after the first", () => {
    const cliConfig = { cliType: "codex", model: "gpt-5.5", modelRotation: ["claude-opus-4-20250514"] };
    const attempts = [
      {},
      { retryCount: 1 },
      { retryCount: 2 },
      { contextVersion: 2 },
      { contextVersion: 2, retryCount: 1 },
    ];

    const models = attempts.map((status) => inputOf(codeRun({ spec: { cliConfig }, status })).model);

    expect(models.map((model) => model.slice(0, 3))).toEqual(["gpt", "cla", "gpt", "cla", "gpt"]);
    expect(problemOf({ cliConfig: { ...cliConfig, modelRotation: ["gpt-5.5", "x"] } })).toContain(
      'spec.cliConfig.modelRotation[1]: "x" is not in models',
    );
    expect(problemOf({ cliConfig: { ...cliConfig, maxTokens: 0 } })).toContain(
      "spec.cliConfig.maxTokens: 0 is too small",
    );
  });

  it("reads a DocsRun with its profile's model", () => {
    const input = inputOf(docsRun());

    expect(input).toMatchObject({
      service: "shop",
      model: "gpt-5.5",
      includeCodebase: false,
      identity: { stage: "docs", baseBranch: "main" },
    });
  });
});
