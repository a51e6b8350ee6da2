// Valid CodeRuns and DocsRuns; a test changes the one thing it is about.
import type { CodeRun, CodeRunSpec, RunStatus } from "../../src/resources/code-run.ts";
import type { DocsRun } from "../../src/resources/docs-run.ts";

export function codeRun(
  change: { spec?: Partial<CodeRunSpec>; status?: RunStatus; name?: string; annotations?: Record<string, string> } = {},
): CodeRun {
  return {
    apiVersion: "agents.platform/v1",
    kind: "CodeRun",
    metadata: {
      name: change.name ?? "task-1-7-3-author",
      namespace: "runyard",
      uid: "0123456789abcdef",
      generation: 1,
      labels: { "workflow-name": "task-1-7-3", "workflow-stage": "author" },
      ...(change.annotations === undefined ? {} : { annotations: change.annotations }),
    },
    spec: {
      taskId: 7,
      service: "shop",
      repositoryUrl: "acme/shop",
      docsRepositoryUrl: "acme/shop",
      workingDirectory: ".",
      model: "gpt-5.5",
      githubApp: "Runyard-Author",
      contextVersion: 1,
      ...change.spec,
    },
    ...(change.status === undefined ? {} : { status: change.status }),
  };
}

export function docsRun(): DocsRun {
  return {
    apiVersion: "agents.platform/v1",
    kind: "DocsRun",
    metadata: { name: "docs-1-abc-docs", namespace: "runyard", uid: "fedcba9876543210", generation: 1 },
    spec: {
      repositoryUrl: "https://github.example/acme/shop.git",
      workingDirectory: ".",
      sourceBranch: "main",
      githubApp: "Runyard-Docs",
    },
  };
}
