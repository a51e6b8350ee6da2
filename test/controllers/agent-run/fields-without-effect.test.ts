import { expect, it } from "vitest";
import { fieldsWithoutEffect } from "../../../src/controllers/agent-run/fields-without-effect.ts";
import { CODE_RUN_SCHEMA } from "../../../src/resources/code-run-schema.ts";
import { DOCS_RUN } from "../../../src/resources/docs-run.ts";
import type { CodeRunSpec } from "../../../src/resources/code-run.ts";
import { codeRun, docsRun } from "../../support/runs.ts";

/** What has its meaning: each is proven by a test of the part that gives it. */
const MEANT = [
  "taskId service repositoryUrl docsRepositoryUrl docsProjectDirectory docsBranch workingDirectory model githubApp",
  "contextVersion continueSession overwriteMemory env envFromSecrets taskRequirements",
  "cliConfig.cliType cliConfig.model cliConfig.maxTokens cliConfig.modelRotation",
]
  .join(" ")
  .split(" ");
/** Has a condition of its own, because its default is true. */
const DOCKER = "enableDocker";

const EVERYTHING: Partial<CodeRunSpec> = {
  githubUser: "wes",
  localTools: "a",
  remoteTools: "b",
  promptModification: "c",
  serviceAccountName: "cluster-admin",
  cliConfig: {
    cliType: "codex",
    model: "gpt-5.5",
    settings: { approval: "never" },
    temperature: 0,
    maxTokens: 5,
    modelRotation: ["gpt-5.5"],
  },
};

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

function specOf(schema: unknown): Readonly<Record<string, Schema>> {
  return (schema as Schema).properties?.["spec"]?.properties ?? {};
}

it("names every field of the schema that has no meaning here, with the reason", () => {
  const named = fieldsWithoutEffect(codeRun({ spec: EVERYTHING }));
  const paths = named.map((text) => text.split(":")[0]?.replace("spec.", ""));
  const { cliConfig, ...plain } = specOf(CODE_RUN_SCHEMA);
  const fields = [...Object.keys(plain), ...Object.keys(cliConfig?.properties ?? {}).map((key) => `cliConfig.${key}`)];

  expect(new Set([...paths, ...MEANT, DOCKER])).toEqual(new Set(fields));
  expect(paths.filter((path) => path === DOCKER || MEANT.includes(path ?? ""))).toEqual([]);
  expect(named).toContain(
    "spec.serviceAccountName: every agent pod runs as runyard-agent, and no run chooses its rights",
  );
});

it("names nothing for a manifest that sets nothing, or sets it empty as templates do", () => {
  const empty = { githubUser: "", localTools: "", serviceAccountName: "", taskRequirements: "", env: { A: "1" } };

  expect(fieldsWithoutEffect(codeRun())).toEqual([]);
  expect(fieldsWithoutEffect(codeRun({ spec: empty }))).toEqual([]);
});

it("names env and envFromSecrets where taskRequirements is taken in their place", () => {
  const envFromSecrets = [{ name: "PAY", secretName: "payments", secretKey: "token" }];

  expect(fieldsWithoutEffect(codeRun({ spec: { taskRequirements: "e30=", env: { A: "1" }, envFromSecrets } }))).toEqual(
    ["spec.env: taskRequirements stands in its place", "spec.envFromSecrets: taskRequirements stands in its place"],
  );
});

it("names nothing of a DocsRun: each of its fields has its meaning or is refused", () => {
  expect(fieldsWithoutEffect(docsRun())).toEqual([]);
  expect(new Set(Object.keys(specOf(DOCS_RUN.schema)))).toEqual(
    new Set([
      "repositoryUrl",
      "workingDirectory",
      "sourceBranch",
      "model",
      "githubUser",
      "githubApp",
      "includeCodebase",
    ]),
  );
});
