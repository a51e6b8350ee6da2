import { describe, expect, it } from "vitest";
import { laneNumber, taskOfBranch } from "../../../src/agent/admission/admission-facts.ts";
import { buildPlan, profileFor, runningStages } from "../../../src/agent/admission/build-plan.ts";
import type { RepositoryRule } from "../../../src/configuration/configuration.ts";
import { ruleFor } from "../../../src/configuration/repository-rule.ts";
import {
  admissionFacts,
  admissionRequest,
  CONFIGURATION,
  pullRequestFacts,
  remediationFacts,
} from "../../support/admission-facts.ts";

const GATES = ["clippy", "tests", "deploy", "acceptance"];
const rule = ruleFor(CONFIGURATION.repositories, "acme/shop") as RepositoryRule;

describe("the stages that run", () => {
  it("are all of them for a fresh task", () => {
    expect([...runningStages(admissionFacts())]).toEqual(["author", ...GATES]);
  });

  it("are the missing ones when the author has passed on the head", () => {
    const verdicts = [
      { stage: "author" as const, success: true },
      { stage: "clippy" as const, success: true },
      { stage: "tests" as const, success: false },
    ];

    expect([...runningStages(admissionFacts({ verdicts }))]).toEqual(["tests", "deploy", "acceptance"]);
  });

  it("are the answer and every gate when comments wait, whatever woke the workflow", () => {
    expect([...runningStages(remediationFacts("comment"))]).toEqual(["remediate-comment", ...GATES]);
    const openComments = remediationFacts("comment").openComments;
    expect([...runningStages(remediationFacts("ci", { openComments }))]).toEqual(["remediate-comment", ...GATES]);
  });

  it("are the repair and every gate when CI failed", () => {
    expect([...runningStages(remediationFacts("ci"))]).toEqual(["remediate-ci", ...GATES]);
  });

  it("are the gates for a new head, and docs for docs", () => {
    expect([...runningStages(remediationFacts("head"))]).toEqual(GATES);
    expect([...runningStages(admissionFacts({ request: admissionRequest({ intent: "docs" }) }))]).toEqual(["docs"]);
    expect([...runningStages(remediationFacts("ci", { failedRuns: [] }))]).toEqual(GATES);
  });
});

describe("the plan", () => {
  it("names for a fresh task the branch, the lane, the App and what started it", () => {
    const plan = buildPlan(admissionFacts(), rule, "");

    expect(plan.author).toMatchObject({
      run: true,
      taskId: "7",
      service: "shop",
      githubApp: "Runyard-Author",
      branch: "feature/task-7-implementation",
      baseBranch: "main",
      lane: "lane-1-7",
      issue: "7",
      pullRequest: "",
      headSha: "",
      continueSession: "false",
    });
    expect(JSON.parse(plan.author?.trigger ?? "")).toEqual({
      kind: "issue",
      url: "https://github.example/acme/shop/issues/7",
      actor: "ann",
    });
    expect(plan.docs?.sourceBranch).toBe("main");
  });

  it("continues the author's session for a remediation, and lists what is to be answered", () => {
    const plan = buildPlan(remediationFacts("comment"), rule, "");

    expect(plan["remediate-comment"]).toMatchObject({
      continueSession: "true",
      pullRequest: "12",
      lane: "lane-1-7",
      taskId: "7",
    });
    expect(JSON.parse(plan["remediate-comment"]?.trigger ?? "")).toMatchObject({ kind: "comment", ids: [33] });
    const review = remediationFacts("comment");
    const asReview = { ...review, request: { ...review.request, reviewId: 5, actor: undefined } };
    expect(JSON.parse(buildPlan(asReview, rule, "")["remediate-comment"]?.trigger ?? "")).toMatchObject({
      kind: "review",
    });
    expect(JSON.parse(buildPlan(remediationFacts("ci"), rule, "")["remediate-ci"]?.trigger ?? "")).toMatchObject({
      kind: "ci",
      ids: [44],
    });
    expect(
      JSON.parse(buildPlan(remediationFacts("ci", { failedRuns: [] }), rule, "")["remediate-ci"]?.trigger ?? ""),
    ).toMatchObject({ ids: [] });
  });

  it("says what a run without an issue is about", () => {
    const submitted = admissionFacts({ issue: undefined, request: admissionRequest({ taskId: 3 }) });

    expect(JSON.parse(buildPlan(submitted, rule, "").author?.trigger ?? "")).toMatchObject({ kind: "submit" });
    expect(JSON.parse(buildPlan(remediationFacts("head"), rule, "").clippy?.trigger ?? "")).toMatchObject({
      kind: "head",
    });
    const docs = admissionFacts({ request: admissionRequest({ intent: "docs", branch: "trunk", number: undefined }) });
    expect(buildPlan(docs, rule, "").docs).toMatchObject({ run: true, sourceBranch: "trunk", lane: "lane-1-0" });
  });
});

describe("profiles and lanes", () => {
  it("lets the author repair, and falls back to the first profile", () => {
    const [, clippy] = CONFIGURATION.agents;

    expect(profileFor(CONFIGURATION, "remediate-ci").name).toBe("author");
    expect(profileFor({ ...CONFIGURATION, agents: clippy === undefined ? [] : [clippy] }, "tests").name).toBe("clippy");
    expect(() => profileFor({ ...CONFIGURATION, agents: [] }, "tests")).toThrow("names no agent");
  });

  it("names a lane by the task of the branch, else by the pull request", () => {
    expect(taskOfBranch("task-12")).toBe(12);
    expect(taskOfBranch("feature/task-5-x")).toBe(5);
    expect(taskOfBranch("main")).toBeUndefined();
    const foreign = pullRequestFacts({ headBranch: "topic" });
    expect(laneNumber(admissionRequest({ intent: "head" }), foreign)).toBe(12);
  });
});
