// What the pods say about their nodes: phases, messages, exit codes and outputs.
import { isDeepStrictEqual } from "node:util";
import { definedFields } from "../../resources/defined-fields.ts";
import type { ContainerStatus } from "../../resources/pod.ts";
import type { NodeOutputs, NodePhase, NodeStatus, Parameter } from "../../resources/workflow.ts";
import type { PodFact, PodOutputParameter } from "./facts.ts";
import { isFailedOrError, isFulfilled } from "./node-tree.ts";
import type { Pass } from "./pass.ts";
import { exportOutputs } from "./template-outputs.ts";

/** Brings every node that has a pod up to date; a running node whose pod is gone errs. */
export function assessPods(pass: Pass): void {
  for (const pod of pass.facts.pods) {
    const node = pass.nodes.get(pod.nodeId);
    if (node === undefined || isFulfilled(node.phase)) continue;
    const assessed = assessPod(pod, node);
    if (assessed !== node) exportOutputs(pass, pass.nodes.replace(assessed).outputs);
  }
  for (const node of pass.nodes.all()) {
    // A pending node gets a new pod; resource templates have none.
    const expectsPod = node.type === "Pod" && node.phase === "Running" && pass.facts.podOf(node.id) === undefined;
    if (expectsPod && node.hostNodeName !== undefined) pass.nodes.mark(node.id, "Error", "pod deleted");
  }
}

/** The node as its pod shows it; the same object when nothing changed. */
export function assessPod(pod: PodFact, node: NodeStatus): NodeStatus {
  const verdict = judgePod(pod, node);
  const read = readOutputs(pod, verdict.phase);
  const phase = read.failure === undefined ? verdict.phase : "Error";
  const message = read.failure ?? verdict.message ?? keptMessage(node, phase);
  const exitCode = exitCodeOf(pod);
  const outputs = { ...node.outputs, ...read.outputs, ...(exitCode === undefined ? {} : { exitCode }) };
  const next: NodeStatus = definedFields({
    ...node,
    phase,
    message: message === "" ? undefined : message,
    outputs: Object.keys(outputs).length === 0 ? undefined : outputs,
    finishedAt: isFulfilled(phase) ? endOf(pod, node) : node.finishedAt,
    // The one host; it also tells that the pod once was there.
    hostNodeName: pod.nodeName ?? node.hostNodeName ?? "localhost",
  });
  return isDeepStrictEqual(next, node) ? node : next;
}

interface Verdict {
  readonly phase: NodePhase;
  /** Undefined: as it was. */
  readonly message?: string;
}

function judgePod(pod: PodFact, node: NodeStatus): Verdict {
  switch (pod.phase) {
    case "Pending":
      return { phase: "Pending", message: pendingReason(pod) };
    case "Running":
      return { phase: "Running" };
    case "Succeeded":
      // Outputs are written by themselves: the step has not ended before they are there.
      return { phase: awaitsOutputs(pod) ? node.phase : "Succeeded" };
    case "Failed":
      return inferFailure(pod);
    default:
      return { phase: "Error", message: `Unexpected pod phase for ${pod.name}: ${pod.phase}` };
  }
}

function awaitsOutputs(pod: PodFact): boolean {
  return pod.outputs === undefined && (pod.includesResult || pod.outputParameters.length > 0);
}

/** What was said while it was pending goes away, unless it failed. */
function keptMessage(node: NodeStatus, phase: NodePhase): string {
  const isCleared = node.phase === "Pending" && phase !== "Pending" && !isFailedOrError(phase);
  return isCleared ? "" : (node.message ?? "");
}

function pendingReason(pod: PodFact): string {
  const waiting = pod.containerStatuses.find(({ state }) => state.waiting !== undefined)?.state.waiting;
  if (waiting === undefined) return pod.unschedulable ?? "";
  const { reason = "", message = "" } = waiting;
  return message === "" ? reason : `${reason}: ${message}`;
}

/** Init containers come first, then main, then the others. */
function inferFailure(pod: PodFact): Verdict {
  if (pod.message !== undefined && pod.message !== "") return { phase: "Failed", message: pod.message };
  const main = pod.containerStatuses.filter(({ name }) => name === "main");
  const others = pod.containerStatuses.filter(({ name }) => name !== "main");
  for (const status of [...pod.initContainerStatuses, ...main, ...others]) {
    const verdict = judgeContainer(status, pod.initContainerStatuses.includes(status));
    if (verdict !== undefined) return verdict;
  }
  const reason = pod.reason === undefined ? "" : ` (${pod.reason})`;
  return { phase: "Failed", message: `pod failed: main container did not complete successfully${reason}` };
}

function judgeContainer({ name, state }: ContainerStatus, isInit: boolean): Verdict | undefined {
  if (state.waiting !== undefined) {
    const { reason = "", message = "" } = state.waiting;
    return { phase: "Error", message: `Pod failed before ${name} container starts due to ${reason}: ${message}` };
  }
  const { terminated } = state;
  if (terminated === undefined || terminated.exitCode === 0) return undefined;
  const said = terminated.message === undefined || terminated.message === "" ? "" : `: ${terminated.message}`;
  const message = `${name}: ${terminated.reason ?? "Error"} (exit code ${terminated.exitCode})${said}`;
  return { phase: isInit ? "Error" : "Failed", message };
}

interface ReadOutputs {
  readonly outputs: NodeOutputs;
  /** Why the outputs of a pod that succeeded cannot be read. */
  readonly failure?: string;
}

function readOutputs({ outputs, outputParameters, includesResult }: PodFact, phase: NodePhase): ReadOutputs {
  if (outputs === undefined || !isFulfilled(phase)) return { outputs: {} };
  const parameters: Parameter[] = [];
  for (const output of outputParameters) {
    const value = output.value ?? outputs.files[output.path ?? ""] ?? output.default;
    if (value !== undefined) parameters.push(describeParameter(output, value));
    else if (phase === "Succeeded") return { outputs: {}, failure: missingFile(output.path) };
  }
  return {
    outputs: definedFields({
      parameters: parameters.length === 0 ? undefined : parameters,
      result: includesResult ? outputs.result : undefined,
    }),
  };
}

function describeParameter(
  { name, path, default: fallback, globalName }: PodOutputParameter,
  value: string,
): Parameter {
  const valueFrom = path === undefined ? undefined : definedFields({ path, default: fallback });
  return definedFields({ name, value, valueFrom, globalName });
}

/** As Argo's executor says it. */
function missingFile(path = ""): string {
  return `wait: Error (exit code 64): open /var/run/argo/outputs/parameters${path}: no such file or directory`;
}

function exitCodeOf(pod: PodFact): string | undefined {
  const code = pod.containerStatuses.find(({ name }) => name === "main")?.state.terminated?.exitCode;
  return code === undefined ? undefined : String(code);
}

function endOf(pod: PodFact, node: NodeStatus): string | undefined {
  return latestEnd(pod) ?? node.finishedAt ?? node.startedAt;
}

function latestEnd(pod: PodFact): string | undefined {
  const ends = [...pod.initContainerStatuses, ...pod.containerStatuses].flatMap(
    ({ state }) => state.terminated?.finishedAt ?? [],
  );
  return ends.sort().at(-1);
}
