// What a person can do next with an object, in the order in which they would want it.
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import type { NodeStatus, Workflow } from "../resources/workflow.ts";
import { LABELS } from "../resources/run-identity.ts";
import type { Run } from "./runs-of-workflow.ts";

export function nextSteps(kind: Kind, object: KubernetesObject): readonly string[] {
  if (kind.kind === "Workflow") return ofWorkflow(object as Workflow);
  if (kind.kind === "CodeRun" || kind.kind === "DocsRun") return ofRun(object as Run);
  if (kind.kind === "Pod") return [`read what it printed: runyard logs pod/${object.metadata.name}${scope(object)}`];
  return [];
}

function ofWorkflow(workflow: Workflow): readonly string[] {
  const target = `${workflow.metadata.name}${scope(workflow)}`;
  const logs = `runyard logs workflow/${target}`;
  const { phase = "Pending", nodes = {} } = workflow.status ?? {};
  switch (phase) {
    case "Pending":
    case "Running":
      return [...waits(Object.values(nodes)), `follow it: ${logs} -f`, `stop it: runyard stop ${target}`];
    case "Failed":
    case "Error":
      return [`see why: ${logs}`, `let it go on from where it failed: runyard retry ${target}`];
    case "Succeeded":
      return ofSucceeded(workflow, logs);
  }
}

function waits(nodes: readonly NodeStatus[]): readonly string[] {
  const waiting = nodes.find((node) => node.synchronizationStatus?.waiting !== undefined && node.phase === "Pending");
  if (waiting === undefined) return [];
  const limit = waiting.synchronizationStatus?.waiting ?? "";
  return [`nothing: ${waiting.displayName} waits for a free place of ${limit} and goes on by itself`];
}

/** A workflow that was not admitted succeeds without having done anything: its outputs say why. */
function ofSucceeded({ status }: Workflow, logs: string): readonly string[] {
  const outputs = new Map((status?.outputs?.parameters ?? []).map(({ name, value }) => [name, value ?? ""]));
  const decision = outputs.get("decision");
  if (decision === undefined || decision === "run") return [`read what it did: ${logs}`];
  return [`it did nothing (${decision}): ${outputs.get("reason") ?? "no reason is given"}`];
}

function ofRun(run: Run): readonly string[] {
  const target = `${run.metadata.name}${scope(run)}`;
  const logs = `runyard logs ${run.kind.toLowerCase()}/${target}`;
  const workflow = run.metadata.labels?.[LABELS.workflow];
  const { phase, pullRequestUrl } = run.status ?? {};
  switch (phase) {
    case "Failed":
      return [
        `see why: ${logs}`,
        ...(workflow === undefined
          ? []
          : [`mend the cause, then let its workflow go on: runyard retry ${workflow}${scope(run)}`]),
      ];
    case "Succeeded":
      return [pullRequestUrl === undefined ? `read what it did: ${logs}` : `review ${pullRequestUrl}`];
    default:
      return [`follow it: ${logs} -f`];
  }
}

function scope({ metadata }: KubernetesObject): string {
  return metadata.namespace === undefined ? "" : ` -n ${metadata.namespace}`;
}
