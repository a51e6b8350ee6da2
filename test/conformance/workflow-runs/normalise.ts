// Reduces a stored Workflow to what must be the same on every engine: no ids, times, hosts or random names.
import type { NodeStatus, Parameter, Workflow } from "../../../src/resources/workflow.ts";

const timePattern =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d)(?: [A-Z]{2,5})?)?(?: m=[+-][\d.]+)?/g;
const uidPattern = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const labelPrefix = "workflows.argoproj.io/";
const labelsLeftOut =
  /^workflows\.argoproj\.io\/(creator|actor|action|controller-instanceid|workflow-archiving-status|test|no-test)/;

/** Classes of messages, most specific first. */
const messageClasses: readonly (readonly [string, RegExp])[] = [
  ["when-false", /^when '.*' evaluated false$/s],
  ["omitted", /^omitted: depends condition not met$/],
  ["empty-loop", /^Skipped, empty params$/],
  ["child-failed", /^child '.*' failed$/],
  ["child-error", /^step group deemed errored due to child /],
  ["task-error", /^task '.*' errored: /s],
  ["exit-code", /\(exit code \d+\)/],
  ["no-more-retries", /No more retries left/],
  ["retry-expression", /^retryStrategy\.expression evaluated to false$/],
  ["backoff", /^Backoff for /],
  ["max-duration", /max duration limit/i],
  ["deadline", /^Step exceeded its deadline$|active on the node longer than the specified deadline/],
  ["timeout", /^timeout$/],
  ["shutdown", /^Stopped with strategy '|^workflow shutdown with strategy/],
  ["lock", /^Waiting for .* lock\./],
  ["fail-fast", /failed or errored children and failFast enabled$/],
  ["invalid-spec", /^invalid spec: /],
  ["recursion", /^Maximum recursion depth exceeded/],
  ["bad-when", /^Invalid 'when' expression|Failed to evaluate 'when'|Expected boolean evaluation/],
  ["unresolved", /failed to resolve|failed to evaluate expression|absent optional/],
  ["pod-deleted", /^pod deleted$/],
  ["resource-condition", /(success|failure) condition '/],
];

type Normaliser = (text: string) => string;

/**
 * The normal form. `nodes` is keyed by node name with the workflow's name as $WF; children and outbound nodes are names in
 * sorted order. Marks: #NODE a node's id, $POD(NODE) its pod, $NS/ the namespace in lock and scope names, $UID, $TIME.
 */
export function normaliseWorkflow(workflow: Workflow): unknown {
  const nodes = workflow.status?.nodes ?? {};
  const norm = textNormaliser(workflow, nodes);
  const status = workflow.status ?? {};
  const normalised: Record<string, unknown> = {};
  for (const node of Object.values(nodes).sort((left, right) => (left.name < right.name ? -1 : 1))) {
    normalised[norm(node.name)] = normaliseNode(node, nodes, norm);
  }
  const stored = Object.keys(status.storedTemplates ?? {})
    .map(norm)
    .sort()
    .join("\n");
  return {
    kind: "NormalisedWorkflow",
    phase: status.phase ?? "",
    ...tidy({
      message: norm(status.message ?? ""),
      messageClass: messageClass(status.message),
      labels: labelsOf(workflow, norm),
      outputs: inputsOrOutputs(status.outputs, norm),
      storedTemplates: stored,
    }),
    nodes: normalised,
  };
}

function normaliseNode(node: NodeStatus, nodes: Readonly<Record<string, NodeStatus>>, norm: Normaliser): unknown {
  const nameOf = (id: string): string => (nodes[id] === undefined ? `(no node ${norm(id)})` : norm(nodes[id].name));
  const namesOf = (ids: readonly string[] | undefined): readonly string[] | undefined =>
    ids === undefined || ids.length === 0 ? undefined : ids.map(nameOf).sort();
  const attempts = (node.children ?? []).filter((id) => nodes[id]?.nodeFlag?.retried === true).length;
  return {
    type: node.type,
    phase: node.phase,
    ...tidy({
      displayName: norm(node.displayName),
      templateName: norm(node.templateName ?? ""),
      templateRef: tidy({ ...node.templateRef }),
      templateScope: norm(node.templateScope ?? ""),
      message: norm(node.message ?? ""),
      messageClass: messageClass(node.message),
      boundary: node.boundaryID === undefined ? undefined : nameOf(node.boundaryID),
      hooked: node.nodeFlag?.hooked,
      retried: node.nodeFlag?.retried,
      attempts: node.type === "Retry" ? attempts : undefined,
      waitingFor: norm(node.synchronizationStatus?.waiting ?? ""),
      inputs: inputsOrOutputs(node.inputs, norm),
      outputs: inputsOrOutputs(node.outputs, norm),
      children: namesOf(node.children),
      outboundNodes: namesOf(node.outboundNodes),
    }),
  };
}

/** "" for none, "other" when no class fits. An exit code keeps its number. */
function messageClass(message = ""): string {
  if (message === "") return "";
  const name = messageClasses.find(([, pattern]) => pattern.test(message))?.[0] ?? "other";
  return name === "exit-code" ? `exit-code ${/\(exit code (\d+)\)/.exec(message)?.[1] ?? ""}` : name;
}

function textNormaliser(workflow: Workflow, nodes: Readonly<Record<string, NodeStatus>>): Normaliser {
  const { name, namespace = "", uid = "" } = workflow.metadata;
  const byHash = new Map<string, string>();
  for (const [id, node] of Object.entries(nodes)) {
    const hash = /-(\d+)$/.exec(id)?.[1];
    if (hash !== undefined) byHash.set(hash, node.name);
  }
  const own: Normaliser = (text) => text.replaceAll(name, "$WF");
  const idPattern = new RegExp(`${RegExp.escape(name)}-(?:([a-z0-9.-]*?)-)?(\\d{5,10})(?!\\d)`, "g");
  const lockPattern = new RegExp(`(^|[^\\w./-])${RegExp.escape(namespace)}/`, "g");
  return (value) => {
    let text = uid === "" ? value : value.replaceAll(uid, "$UID");
    text = text.replaceAll(idPattern, (whole: string, template: string | undefined, hash: string) => {
      const nodeName = byHash.get(hash);
      if (nodeName === undefined) return whole;
      return template === undefined ? `#${own(nodeName)}` : `$POD(${own(nodeName)})`;
    });
    text = own(text);
    if (namespace !== "") text = text.replaceAll(lockPattern, "$1$$NS/");
    return text.replaceAll(uidPattern, "$UID").replaceAll(timePattern, "$TIME");
  };
}

interface InputsOrOutputs {
  readonly parameters?: readonly Parameter[];
  readonly result?: string;
  readonly exitCode?: string;
}

function inputsOrOutputs(given: InputsOrOutputs | undefined, norm: Normaliser): unknown {
  if (given === undefined) return undefined;
  return tidy({
    parameters: parametersOf(given.parameters ?? [], norm),
    result: given.result === undefined ? undefined : norm(given.result),
    exitCode: given.exitCode,
  });
}

function parametersOf(parameters: readonly Parameter[], norm: Normaliser): unknown {
  if (parameters.length === 0) return undefined;
  return Object.fromEntries(
    parameters.map(({ name, value, valueFrom }) => {
      const missing = valueFrom?.supplied === undefined ? null : "(to be supplied)";
      return [name, value === undefined ? missing : norm(value)];
    }),
  );
}

function labelsOf({ metadata }: Workflow, norm: Normaliser): unknown {
  const labels = Object.entries(metadata.labels ?? {}).filter(
    ([key]) => key.startsWith(labelPrefix) && !labelsLeftOut.test(key),
  );
  return tidy(Object.fromEntries(labels.map(([key, value]) => [key.slice(labelPrefix.length), norm(value)])));
}

/** Drops what is empty, so that "absent" and "empty" are the same. */
function tidy(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const entries = Object.entries(object).filter(
    ([, value]) => value !== undefined && value !== null && value !== "" && value !== false,
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
