import { describe, expect, it } from "vitest";
import { readRunIdentity } from "../../src/resources/run-identity.ts";

function run(kind: string, labels: Record<string, string>, annotations: Record<string, string>) {
  return { apiVersion: "agents.platform/v1", kind, metadata: { name: "a", labels, annotations } };
}

describe("readRunIdentity", () => {
  it("reads every field that the workflow templates write", () => {
    const identity = readRunIdentity(
      run(
        "CodeRun",
        { "workflow-stage": "tests" },
        {
          "runyard.dev/lane": "lane-1-2",
          "runyard.dev/generation": "3",
          "runyard.dev/repository-id": "1",
          "runyard.dev/pull-request": "2",
          "runyard.dev/issue": "9",
          "runyard.dev/branch": "feature/task-9-implementation",
          "runyard.dev/base-branch": "main",
          "runyard.dev/head-sha": "abc",
        },
      ),
    );

    expect(identity).toEqual({
      stage: "tests",
      lane: "lane-1-2",
      generation: 3,
      repositoryId: 1,
      pullRequest: 2,
      issue: 9,
      branch: "feature/task-9-implementation",
      baseBranch: "main",
      headSha: "abc",
    });
  });

  it("takes a CodeRun applied by hand for an author run without a lane", () => {
    const identity = readRunIdentity({ apiVersion: "agents.platform/v1", kind: "CodeRun", metadata: { name: "a" } });

    expect(identity.stage).toBe("author");
    expect(identity.lane).toBeUndefined();
    expect(identity.generation).toBe(0);
  });

  it("knows a DocsRun, and takes malformed and empty values for absent", () => {
    const identity = readRunIdentity(
      run("DocsRun", { "workflow-stage": "unknown" }, { "runyard.dev/pull-request": "x1", "runyard.dev/branch": "" }),
    );

    expect(identity.stage).toBe("docs");
    expect(identity.pullRequest).toBeUndefined();
    expect(identity.branch).toBeUndefined();
  });

  it("gives a run applied by hand a branch of its own", () => {
    const metadata = { name: "a", uid: "0123456789ab" };
    const codeRun = { apiVersion: "agents.platform/v1", kind: "CodeRun", metadata, spec: { taskId: 7 } };
    const docsRun = { apiVersion: "agents.platform/v1", kind: "DocsRun", metadata };

    expect(readRunIdentity(codeRun).branch).toBe("feature/task-7-implementation");
    expect(readRunIdentity(docsRun).branch).toBe("docs/task-files-01234567");
  });
});
