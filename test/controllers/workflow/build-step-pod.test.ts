import { describe, expect, it } from "vitest";
import type { PodStep } from "../../../src/argo/workflow/actions.ts";
import { buildScriptFiles, buildStepPod } from "../../../src/controllers/workflow/build-step-pod.ts";
import { summarizePod } from "../../../src/controllers/workflow/summarize-pod.ts";
import { COLLECT_OUTPUTS } from "../../../src/platform/pod-runner.ts";
import type { Template, Workflow } from "../../../src/resources/workflow.ts";

const WORKFLOW: Workflow = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  metadata: { name: "wf", namespace: "ns", uid: "u-1" },
  spec: {},
};

function step(template: Template, more: Partial<PodStep> = {}): PodStep {
  return {
    nodeId: "wf-1",
    nodeName: "wf.a",
    podName: "wf-leaf-1",
    template,
    isOnExit: false,
    includesResult: false,
    serviceAccountName: "runner",
    ...more,
  };
}

describe("the pod of a step", () => {
  it("belongs to the workflow and never restarts", () => {
    const pod = buildStepPod(
      WORKFLOW,
      { podMetadata: { labels: { team: "a", role: "x" } } },
      step({ container: { image: "x", command: ["run"] }, metadata: { labels: { role: "y" } } }, { isOnExit: true }),
    );

    expect(pod.metadata).toMatchObject({
      name: "wf-leaf-1",
      namespace: "ns",
      labels: {
        team: "a",
        role: "y",
        "workflows.argoproj.io/workflow": "wf",
        "workflows.argoproj.io/completed": "false",
        "workflows.argoproj.io/on-exit": "true",
      },
      annotations: { "workflows.argoproj.io/node-id": "wf-1", "workflows.argoproj.io/node-name": "wf.a" },
      ownerReferences: [{ apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "wf", uid: "u-1" }],
    });
    expect(pod.metadata.annotations).not.toHaveProperty(COLLECT_OUTPUTS);
    expect(pod.spec).toMatchObject({
      restartPolicy: "Never",
      serviceAccountName: "runner",
      containers: [{ name: "main", image: "x", command: ["run"] }],
    });
  });

  it("is asked for the outputs that the template and other steps want", () => {
    const outputs = { parameters: [{ name: "out", valueFrom: { path: "/tmp/out", default: "none" } }] };
    const pod = buildStepPod(WORKFLOW, {}, step({ container: { image: "x" }, outputs }, { includesResult: true }));

    expect(JSON.parse(pod.metadata.annotations?.[COLLECT_OUTPUTS] ?? "")).toEqual({
      main: { result: true, files: ["/tmp/out"] },
    });
    expect(summarizePod(pod)).toMatchObject({
      nodeId: "wf-1",
      phase: "Pending",
      includesResult: true,
      outputParameters: [{ name: "out", path: "/tmp/out", default: "none" }],
    });
  });

  it("gets the volumes that its template mounts", () => {
    const volumes = [
      { name: "token", projected: { sources: [{ serviceAccountToken: { audience: "a", path: "t" } }] } },
    ];
    const volumeMounts = [{ name: "token", mountPath: "/tokens", readOnly: true }];
    const plain = buildStepPod(WORKFLOW, {}, step({ container: { image: "x", volumeMounts }, volumes }));
    const script = buildStepPod(WORKFLOW, {}, step({ script: { image: "x", volumeMounts, source: "echo" }, volumes }));

    expect(plain.spec).toMatchObject({ volumes, containers: [{ volumeMounts }] });
    expect(script.spec.volumes?.map(({ name }) => name)).toEqual(["token", "argo-staging"]);
    expect(script.spec.containers[0]?.volumeMounts?.map(({ name }) => name)).toEqual(["token", "argo-staging"]);
  });

  it("uses the namespace's own account when none is named", () => {
    const pod = buildStepPod(WORKFLOW, {}, step({ container: { image: "x" } }, { serviceAccountName: "default" }));

    expect(pod.spec).not.toHaveProperty("serviceAccountName");
  });

  it("says whether its account's token is mounted only where the template does", () => {
    const silent = buildStepPod(WORKFLOW, {}, step({ container: { image: "x" } }));
    const without = buildStepPod(
      WORKFLOW,
      {},
      step({ container: { image: "x" } }, { automountServiceAccountToken: false, activeDeadlineSeconds: 9 }),
    );

    expect(silent.spec).not.toHaveProperty("automountServiceAccountToken");
    expect(without.spec).toMatchObject({ automountServiceAccountToken: false, activeDeadlineSeconds: 9 });
  });

  it("says of each output where it is, or its value, and where it goes", () => {
    const outputs = { parameters: [{ name: "said", value: "1", globalName: "all" }] };
    const pod = buildStepPod(WORKFLOW, {}, step({ container: { image: "x" }, outputs }));

    expect(JSON.parse(pod.metadata.annotations?.[COLLECT_OUTPUTS] ?? "")).toEqual({
      main: { result: false, files: [] },
    });
    expect(summarizePod(pod)?.outputParameters).toEqual([{ name: "said", value: "1", globalName: "all" }]);
  });

  it("of a script without a source runs the image as it is; a workflow without a namespace has pods without one", () => {
    const { namespace: _, ...metadata } = WORKFLOW.metadata;
    const workflow = { ...WORKFLOW, metadata };
    const script = step({ script: { image: "x", command: ["sh"] } });

    expect(buildStepPod(workflow, {}, script).spec.containers).toEqual([{ name: "main", image: "x", command: ["sh"] }]);
    expect(buildStepPod(workflow, {}, script).metadata).not.toHaveProperty("namespace");
    expect(buildScriptFiles(workflow, step({ script: { image: "x", source: "s" } }))?.metadata).not.toHaveProperty(
      "namespace",
    );
  });

  it("gets a script as a file", () => {
    const script = step({ script: { image: "x", command: ["sh"], source: "echo hi" } });
    const pod = buildStepPod(WORKFLOW, {}, script);

    expect(pod.spec.containers).toEqual([
      {
        name: "main",
        image: "x",
        command: ["sh"],
        args: ["/argo/staging/script"],
        volumeMounts: [{ name: "argo-staging", mountPath: "/argo/staging", readOnly: true }],
      },
    ]);
    expect(buildScriptFiles(WORKFLOW, script)).toMatchObject({
      metadata: { name: pod.spec.volumes?.[0]?.configMap?.name, ownerReferences: [{ uid: "u-1" }] },
      data: { script: "echo hi" },
    });
    expect(buildScriptFiles(WORKFLOW, step({ container: { image: "x" } }))).toBeUndefined();
  });
});
