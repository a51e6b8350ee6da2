import { expect, test } from "vitest";
import { expiresAt } from "../../../src/controllers/cleanup/time-to-live.ts";
import type { KubernetesObject } from "../../../src/resources/object-meta.ts";

const FINISHED = "2026-01-02T03:04:05Z";

function secondsLeft(object: object): number | undefined {
  const expiry = expiresAt({ metadata: { name: "a", namespace: "alpha" }, ...object } as KubernetesObject);
  return expiry === undefined ? undefined : (expiry.at - Date.parse(FINISHED)) / 1000;
}

function job(type: string, status: string, ttlSecondsAfterFinished?: number): object {
  const conditions = [{ type, status, reason: "", message: "", lastTransitionTime: FINISHED }];
  return { apiVersion: "batch/v1", kind: "Job", spec: { ttlSecondsAfterFinished }, status: { conditions } };
}

test.each([
  ["a complete Job counts from its condition", job("Complete", "True", 60), 60],
  ["so does a failed one", job("Failed", "True", 60), 60],
  ["zero seconds is at once", job("Complete", "True", 0), 0],
  ["a Job without a time to live stays", job("Complete", "True"), undefined],
  ["a Job that is not finished stays", job("Complete", "False", 60), undefined],
  ["a suspended Job stays", job("Suspended", "True", 60), undefined],
])("%s", (_name, object, expected) => {
  expect(secondsLeft(object)).toBe(expected);
});

test("an Event stays for an hour after it happened last", () => {
  const event = { apiVersion: "v1", kind: "Event" };

  expect(secondsLeft({ ...event, lastTimestamp: FINISHED })).toBe(3_600);
  expect(secondsLeft({ ...event, metadata: { name: "a", creationTimestamp: FINISHED } })).toBe(3_600);
  expect(secondsLeft(event)).toBeUndefined();
  expect(secondsLeft({ ...event, apiVersion: "events.example/v1", lastTimestamp: FINISHED })).toBeUndefined();
});

const ALL = { secondsAfterCompletion: 10, secondsAfterSuccess: 20, secondsAfterFailure: 30 };

function workflow(phase: string, ttlStrategy?: object, more: object = {}): object {
  const status = { phase, finishedAt: FINISHED, ...more };
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", spec: { ttlStrategy }, status };
}

test.each([
  ["success has its own time, and a second more as in Argo", workflow("Succeeded", ALL), 21],
  ["failure has its own time", workflow("Failed", ALL), 31],
  ["an error is a completion only", workflow("Error", ALL), 11],
  ["without a special time completion counts", workflow("Failed", { secondsAfterCompletion: 10 }), 11],
  ["a time for failures says nothing of successes", workflow("Succeeded", { secondsAfterFailure: 30 }), undefined],
  ["a workflow without a strategy stays", workflow("Succeeded"), undefined],
  ["a running workflow stays", workflow("Running", ALL, { finishedAt: null }), undefined],
  [
    "the template's strategy counts where the workflow has none",
    workflow("Succeeded", undefined, { storedWorkflowTemplateSpec: { ttlStrategy: { secondsAfterCompletion: 5 } } }),
    6,
  ],
  [
    "the workflow's own strategy comes before the template's",
    workflow("Succeeded", ALL, { storedWorkflowTemplateSpec: { ttlStrategy: { secondsAfterSuccess: 5 } } }),
    21,
  ],
])("%s", (_name, object, expected) => {
  expect(secondsLeft(object)).toBe(expected);
});

test("other kinds have no time to live", () => {
  expect(secondsLeft({ apiVersion: "v1", kind: "ConfigMap" })).toBeUndefined();
});
