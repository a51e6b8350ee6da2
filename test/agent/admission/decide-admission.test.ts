import { describe, expect, it } from "vitest";
import type { AdmissionFacts } from "../../../src/agent/admission/admission-facts.ts";
import { decideAdmission } from "../../../src/agent/admission/decide-admission.ts";
import { EMPTY_LANE } from "../../../src/resources/lane.ts";
import { admissionFacts, admissionRequest, pullRequestFacts, remediationFacts } from "../../support/admission-facts.ts";

function reasonOf(facts: AdmissionFacts): string {
  const decision = decideAdmission(facts);
  return decision.kind === "run" ? "run" : decision.reason;
}

describe("who may start work", () => {
  for (const permission of ["admin", "maintain", "write"] as const) {
    it(`admits an actor with permission ${permission}`, () => {
      expect(reasonOf(admissionFacts({ permission }))).toBe("run");
    });
  }

  for (const permission of ["triage", "read", "none", undefined] as const) {
    for (const intent of ["task", "comment", "head", "docs"] as const) {
      it(`refuses ${intent} by an actor with permission ${permission ?? "unknown"}, silently`, () => {
        const facts = intent === "task" ? admissionFacts({ permission }) : remediationFacts(intent, { permission });

        const decision = decideAdmission(facts);

        expect(decision).toMatchObject({ kind: "refuse", tell: false });
        expect(reasonOf(facts)).toContain("starting work needs write");
      });
    }
  }

  it("names an actor that the event did not name", () => {
    const request = admissionRequest({ actor: undefined });

    expect(reasonOf(admissionFacts({ request, permission: undefined }))).toMatch(/^unknown has permission "unknown"/);
  });

  it("needs no actor for a task that was submitted by hand: the API decided who may", () => {
    const byHand = { actor: undefined, label: undefined, commentId: undefined };

    expect(reasonOf(admissionFacts({ request: admissionRequest(byHand), permission: undefined }))).toBe("run");
  });

  it("needs one for whatever an event brought, however the event is shaped", () => {
    const event = { actor: undefined, label: undefined, commentId: undefined };
    for (const part of [{ label: "runyard" }, { commentId: 3 }, { actor: "ann" }]) {
      const request = admissionRequest({ ...event, ...part });
      expect(reasonOf(admissionFacts({ request, permission: undefined }))).toContain("starting work needs write");
    }
    for (const intent of ["comment", "head", "docs"] as const) {
      const facts = remediationFacts(intent, { permission: undefined });
      const request = { ...facts.request, ...event };
      expect(reasonOf({ ...facts, request })).toContain("starting work needs write");
    }
  });

  it("needs no actor for a CI failure on a head of ours", () => {
    expect(reasonOf(remediationFacts("ci", { permission: undefined }))).toBe("run");
  });

  it("refuses a repository that is not served, and serves all of an owner by a wildcard", () => {
    const other = admissionRequest({ repository: "other/shop" });

    expect(reasonOf(admissionFacts({ request: other }))).toContain("other/shop is not served");
    expect(reasonOf(admissionFacts({ request: admissionRequest({ repository: "Widgets/One" }) }))).toBe("run");
  });
});

describe("a fresh task", () => {
  it("is refused for another label, a removed label, a closed or a missing issue", () => {
    const issue = admissionFacts().issue;
    if (issue === undefined) throw new Error("the facts have an issue");

    expect(reasonOf(admissionFacts({ request: admissionRequest({ label: "bug" }) }))).toContain('"runyard" does');
    expect(reasonOf(admissionFacts({ issue: { ...issue, labels: [] } }))).toContain("was removed");
    expect(reasonOf(admissionFacts({ issue: { ...issue, open: false } }))).toContain("is closed");
    expect(reasonOf(admissionFacts({ issue: undefined }))).toContain("issue #7 does not exist");
    const nameless = admissionRequest({ number: undefined });
    expect(reasonOf(admissionFacts({ issue: undefined, request: nameless }))).toContain("issue #? does not exist");
  });

  it("runs by command without the label, and by task number without an issue", () => {
    const issue = admissionFacts().issue;
    if (issue === undefined) throw new Error("the facts have an issue");
    const command = admissionRequest({ label: undefined });

    expect(reasonOf(admissionFacts({ request: command, issue: { ...issue, labels: [] } }))).toBe("run");
    expect(reasonOf(admissionFacts({ request: admissionRequest({ taskId: 3 }), issue: undefined }))).toBe("run");
  });
});

describe("a pull request", () => {
  for (const intent of ["comment", "ci", "head"] as const) {
    it(`is needed for ${intent}: open, ours, and not from a fork`, () => {
      expect(reasonOf(remediationFacts(intent))).toBe("run");
      expect(reasonOf(remediationFacts(intent, { pullRequest: undefined }))).toContain("no open pull request");
      const closed = pullRequestFacts({ open: false });
      expect(reasonOf(remediationFacts(intent, { pullRequest: closed }))).toContain("is closed");
      const fork = pullRequestFacts({ headRepositoryId: 99 });
      expect(reasonOf(remediationFacts(intent, { pullRequest: fork }))).toContain("comes from a fork");
      const foreign = pullRequestFacts({ authorAppSlug: undefined });
      expect(reasonOf(remediationFacts(intent, { pullRequest: foreign }))).toContain("was not opened by Runyard");
      const otherBot = pullRequestFacts({ authorAppSlug: "dependabot" });
      expect(reasonOf(remediationFacts(intent, { pullRequest: otherBot }))).toContain("was not opened by Runyard");
      const handedOver = pullRequestFacts({ authorAppSlug: undefined, labels: ["runyard"] });
      expect(reasonOf(remediationFacts(intent, { pullRequest: handedOver }))).toBe("run");
    });
  }

  it("from a fork runs where the operator allows forks", () => {
    const facts = remediationFacts("head", { pullRequest: pullRequestFacts({ headRepositoryId: undefined }) });
    const repositories = facts.configuration.repositories.map((rule) => ({ ...rule, allowForks: true }));

    expect(reasonOf({ ...facts, configuration: { ...facts.configuration, repositories } })).toBe("run");
  });

  it("is refused when the event's head is no longer its head", () => {
    for (const intent of ["ci", "head"] as const) {
      const request = { ...remediationFacts(intent).request, headSha: "b".repeat(40) };

      expect(reasonOf(remediationFacts(intent, { request }))).toContain("bbbbbbbbbbbb is no longer the head");
    }
  });

  it("runs for the head that it has", () => {
    const request = { ...remediationFacts("head").request, headSha: "a".repeat(40) };

    expect(reasonOf(remediationFacts("head", { request }))).toBe("run");
  });

  it("whose checks have recovered needs no repair", () => {
    expect(reasonOf(remediationFacts("ci", { failedRuns: [] }))).toContain("nothing is left to repair");
  });
});

describe("comments", () => {
  it("are answered once", () => {
    const request = { ...remediationFacts("comment").request, commentId: 33 };
    const lane = { ...EMPTY_LANE, consumedComments: [33] };

    expect(reasonOf(remediationFacts("comment", { request, lane, openComments: [] }))).toContain(
      "33 was answered before",
    );
    const review = { ...request, commentId: undefined, reviewId: 34 };
    expect(reasonOf(remediationFacts("comment", { request: review, openComments: [] }))).toContain("no comment waits");
    const nameless = { ...request, commentId: undefined };
    expect(reasonOf(remediationFacts("comment", { request: nameless, openComments: [] }))).toContain(
      "no comment waits",
    );
  });
});

describe("labels of people", () => {
  it("stop everything, on the issue and on the pull request", () => {
    const issue = admissionFacts().issue;
    if (issue === undefined) throw new Error("the facts have an issue");
    const labelled = { ...issue, labels: ["runyard", "skip-automation"] };

    expect(reasonOf(admissionFacts({ issue: labelled }))).toContain("skip-automation stops automation");
    const pullRequest = pullRequestFacts({ labels: ["manual-review-required"] });
    expect(reasonOf(remediationFacts("head", { pullRequest }))).toContain("manual-review-required");
  });

  it("pause remediation only", () => {
    const pullRequest = pullRequestFacts({ labels: ["pause-remediation"] });

    expect(reasonOf(remediationFacts("comment", { pullRequest }))).toContain("pauses remediation");
    expect(reasonOf(remediationFacts("ci", { pullRequest }))).toContain("pauses remediation");
    expect(reasonOf(remediationFacts("head", { pullRequest }))).toBe("run");
  });
});

describe("limits", () => {
  it("refuses aloud when the task's money is spent", () => {
    const decision = decideAdmission(admissionFacts({ lane: { ...EMPTY_LANE, spentMicroUsd: 40_000_000 } }));

    expect(decision).toMatchObject({ kind: "refuse", tell: true });
    expect(decision.reason).toContain("has spent $40.00 of $40");
  });

  it("refuses aloud after the last remediation attempt, not counting the asking workflow itself", () => {
    const others = ["a", "b", "c", "d", "e"];
    const capped = remediationFacts("ci", { lane: { ...EMPTY_LANE, attempts: { ci: others } } });
    const own = remediationFacts("ci", { lane: { ...EMPTY_LANE, attempts: { ci: [...others.slice(1), "ci-1"] } } });

    expect(decideAdmission(capped)).toMatchObject({ kind: "refuse", tell: true });
    expect(decideAdmission(own).kind).toBe("run");
  });
});

describe("docs", () => {
  it("run for the default branch only", () => {
    const request = (branch: string | undefined) => admissionRequest({ intent: "docs", branch, label: undefined });

    expect(reasonOf(admissionFacts({ request: request("main") }))).toBe("run");
    expect(reasonOf(admissionFacts({ request: request(undefined) }))).toBe("run");
    expect(reasonOf(admissionFacts({ request: request("topic") }))).toContain("topic is not the default branch");
  });
});
