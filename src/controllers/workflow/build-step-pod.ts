// The pod of a container or script template, with the names, labels and annotations that Argo gives it.
import type { PodOutputParameter } from "../../argo/workflow/facts.ts";
import type { PodStep } from "../../argo/workflow/actions.ts";
import { COLLECT_OUTPUTS } from "../../platform/pod-runner.ts";
import type { ConfigMap } from "../../resources/core.ts";
import { ownerReferenceTo } from "../../resources/object-meta.ts";
import type { Container, Pod, Volume, VolumeMount } from "../../resources/pod.ts";
import type { Parameter, Workflow, WorkflowSpec } from "../../resources/workflow.ts";
import { OUTPUT_PARAMETERS, WORKFLOW_LABELS } from "./pod-annotations.ts";

const scriptDirectory = "/argo/staging";
const scriptVolume = "argo-staging";
const GRACE_PERIOD_SECONDS = 30;

/** `spec` is the one that the workflow runs: labels and annotations of its `podMetadata` go to every pod. */
export function buildStepPod(workflow: Workflow, spec: Pick<WorkflowSpec, "podMetadata">, step: PodStep): Pod {
  const { template } = step;
  const container = buildContainer(step);
  const owner = { ...ownerReferenceTo(workflow), apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: step.podName,
      ...(workflow.metadata.namespace === undefined ? {} : { namespace: workflow.metadata.namespace }),
      labels: {
        ...spec.podMetadata?.labels,
        ...template.metadata?.labels,
        [WORKFLOW_LABELS.workflow]: workflow.metadata.name,
        [WORKFLOW_LABELS.completed]: "false",
        ...(step.isOnExit ? { [WORKFLOW_LABELS.onExit]: "true" } : {}),
      },
      annotations: {
        ...spec.podMetadata?.annotations,
        ...template.metadata?.annotations,
        "kubectl.kubernetes.io/default-container": "main",
        [WORKFLOW_LABELS.nodeId]: step.nodeId,
        [WORKFLOW_LABELS.nodeName]: step.nodeName,
        ...outputAnnotations(step),
      },
      ownerReferences: [owner],
    },
    spec: {
      restartPolicy: "Never",
      // Every namespace has an account of its own, also where no object stands for it.
      ...(step.serviceAccountName === "default" ? {} : { serviceAccountName: step.serviceAccountName }),
      // As on a cluster: mounted unless the template, the workflow or the account says otherwise.
      ...(step.automountServiceAccountToken === undefined
        ? {}
        : { automountServiceAccountToken: step.automountServiceAccountToken }),
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
      ...(step.activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds: step.activeDeadlineSeconds }),
      containers: [container],
      ...volumesOf(step),
    },
  };
}

/** What a script template runs, as a file of its pod; undefined for every other template. */
export function buildScriptFiles(workflow: Workflow, step: PodStep): ConfigMap | undefined {
  const source = step.template.script?.source;
  if (source === undefined) return undefined;
  const owner = { ...ownerReferenceTo(workflow), apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: scriptFilesName(step),
      ...(workflow.metadata.namespace === undefined ? {} : { namespace: workflow.metadata.namespace }),
      labels: { [WORKFLOW_LABELS.workflow]: workflow.metadata.name },
      ownerReferences: [owner],
    },
    data: { script: source },
  };
}

function volumesOf(step: PodStep): { readonly volumes?: readonly Volume[] } {
  const script = step.template.script?.source === undefined ? [] : [scriptFiles(step)];
  const volumes = [...(step.template.volumes ?? []), ...script];
  return volumes.length === 0 ? {} : { volumes };
}

function buildContainer({ template }: PodStep): Container {
  const script: VolumeMount = { name: scriptVolume, mountPath: scriptDirectory, readOnly: true };
  if (template.script === undefined) return { ...template.container, name: "main" };
  const { source, ...container } = template.script;
  if (source === undefined) return { ...container, name: "main" };
  const args = [...(container.args ?? []), `${scriptDirectory}/script`];
  return { ...container, name: "main", args, volumeMounts: [...(container.volumeMounts ?? []), script] };
}

function scriptFiles(step: PodStep): Volume {
  return { name: scriptVolume, configMap: { name: scriptFilesName(step) } };
}

function scriptFilesName(step: PodStep): string {
  return `${step.podName}-script`;
}

/** Which outputs the pod's supervisor reads, and what they are for. */
function outputAnnotations({ template, includesResult }: PodStep): Readonly<Record<string, string>> {
  const outputs = (template.outputs?.parameters ?? []).map(describeOutput);
  if (outputs.length === 0 && !includesResult) return {};
  const files = outputs.flatMap(({ path }) => path ?? []);
  return {
    [COLLECT_OUTPUTS]: JSON.stringify({ main: { result: includesResult, files } }),
    [OUTPUT_PARAMETERS]: JSON.stringify(outputs),
  };
}

function describeOutput({ name, value, valueFrom, globalName }: Parameter): PodOutputParameter {
  return {
    name,
    ...(valueFrom?.path === undefined ? {} : { path: valueFrom.path }),
    ...(value === undefined ? {} : { value }),
    ...(valueFrom?.default === undefined ? {} : { default: valueFrom.default }),
    ...(globalName === undefined ? {} : { globalName }),
  };
}
