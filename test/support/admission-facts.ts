// Facts of an admission that is granted; a test changes the one thing it is about.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { AdmissionFacts, AdmissionRequest, PullRequestFacts } from "../../src/agent/admission/admission-facts.ts";
import { checkValues } from "../../src/configuration/parse-values.ts";
import { toConfiguration } from "../../src/configuration/to-configuration.ts";
import { EMPTY_LANE } from "../../src/resources/lane.ts";

const text = readFileSync(new URL("../../charts/runyard/values.yaml", import.meta.url), "utf8");

/** The chart's configuration with one repository served: acme/shop. */
export const CONFIGURATION = toConfiguration(
  checkValues({ ...parse(text), repositories: [{ name: "acme/shop" }, { name: "widgets/*" }] }),
);

export function admissionRequest(change: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    workflow: "task-1-7-3",
    intent: "task",
    repositoryId: 1,
    repository: "acme/shop",
    ownerId: 5,
    number: 7,
    headSha: undefined,
    label: "runyard",
    commentId: undefined,
    reviewId: undefined,
    actorId: 9,
    actor: "ann",
    taskId: undefined,
    branch: undefined,
    ...change,
  };
}

export function pullRequestFacts(change: Partial<PullRequestFacts> = {}): PullRequestFacts {
  return {
    number: 12,
    url: "https://github.example/acme/shop/pull/12",
    open: true,
    draft: true,
    headSha: "a".repeat(40),
    headBranch: "feature/task-7-implementation",
    headRepositoryId: 1,
    baseBranch: "main",
    labels: [],
    authorAppSlug: "runyard-author",
    ...change,
  };
}

export function admissionFacts(change: Partial<AdmissionFacts> = {}): AdmissionFacts {
  return {
    request: admissionRequest(),
    configuration: CONFIGURATION,
    defaultBranch: "main",
    permission: "write",
    issue: {
      number: 7,
      open: true,
      title: "Add a till",
      url: "https://github.example/acme/shop/issues/7",
      labels: ["runyard"],
    },
    pullRequest: undefined,
    lane: EMPTY_LANE,
    openComments: [],
    verdicts: [],
    failedRuns: [],
    ...change,
  };
}

/** An admission about a pull request of ours, with the given intent. */
export function remediationFacts(
  intent: AdmissionRequest["intent"],
  change: Partial<AdmissionFacts> = {},
): AdmissionFacts {
  const comment = { id: 33, url: "https://github.example/c/33", authorId: 9, author: "ann", fromBot: false };
  return admissionFacts({
    request: admissionRequest({ workflow: `${intent}-1`, intent, number: 12, label: undefined }),
    issue: undefined,
    pullRequest: pullRequestFacts(),
    openComments: intent === "comment" ? [comment] : [],
    failedRuns: intent === "ci" ? [{ id: 44, url: "https://github.example/r/44" }] : [],
    ...change,
  });
}
