import { expect, it } from "vitest";
import { summarizePod } from "../../../src/controllers/workflow/summarize-pod.ts";
import { COLLECT_OUTPUTS, POD_OUTPUTS } from "../../../src/platform/pod-runner.ts";
import type { Pod } from "../../../src/resources/pod.ts";

function pod(annotations: Readonly<Record<string, string>>, status: Pod["status"] = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", uid: "u", annotations },
    spec: { restartPolicy: "Never", containers: [] },
    status,
  };
}

const node = { "workflows.argoproj.io/node-id": "wf-1" };

it("leaves pods alone that belong to no node", () => {
  expect(summarizePod(pod({}))).toBeUndefined();
});

it("has no outputs until they were collected", () => {
  const asked = { ...node, [COLLECT_OUTPUTS]: '{"main":{"result":true,"files":[]}}' };

  expect(summarizePod(pod(asked))).not.toHaveProperty("outputs");
  expect(summarizePod(pod({ ...asked, [POD_OUTPUTS]: '{"main":{"result":"hi","files":{}}}' }))?.outputs).toEqual({
    result: "hi",
    files: {},
  });
  expect(summarizePod(pod({ ...asked, [POD_OUTPUTS]: "{}" }))?.outputs).toEqual({ files: {} });
});

it("says why a pod cannot be placed", () => {
  const since = { lastTransitionTime: "2026-01-02T03:04:05Z" };
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "too large" } as const;

  expect(summarizePod(pod(node, { conditions: [{ ...condition, ...since }] }))?.unschedulable).toBe(
    "Unschedulable: too large",
  );
});
