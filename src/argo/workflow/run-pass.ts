// One pass over one workflow that has not ended, in Argo's order: its spec, its variables, its locks, its pods, its entry
// point, its hooks and its exit handler.
import type { LanguageSources } from "../../languages/go-value.ts";
import { kubernetesTime } from "../../resources/object-meta.ts";
import type { Synchronization, Workflow, WorkflowSpec, WorkflowStatus } from "../../resources/workflow.ts";
import { assessPods } from "./assess-pods.ts";
import { executeWorkflow } from "./execute-workflow.ts";
import { applyExecutionControl } from "./execution-control.ts";
import { executeTemplate } from "./execute-template.ts";
import { readExecutionSpec, type ExecutionSpec } from "./execution-spec.ts";
import type { Facts, Need } from "./facts.ts";
import { globalVariables } from "./global-variables.ts";
import type { LockDraft } from "./locks.ts";
import { NodeTree } from "./node-tree.ts";
import { PassLocks } from "./pass-locks.ts";
import type { ParsedSpec } from "./parse-spec.ts";
import { timeOf, type Pass } from "./pass.ts";
import { type Action } from "./actions.ts";
import { messageOf } from "./step-error.ts";
import { substituteIn } from "./substitution.ts";
import { TemplateLookup } from "./template-lookup.ts";
import { validateWorkflow } from "./validation/validate-workflow.ts";
import { startMetadata, type AddedMetadata } from "./workflow-metadata.ts";
import { changePhase, completeStatus, isEnded, type DecidedStatus, type PhaseChange } from "./workflow-status.ts";
import type { VariableMap } from "./variables.ts";

export interface PassInput {
  readonly workflow: Workflow;
  readonly parsed: ParsedSpec;
  readonly facts: Facts;
  readonly draft: LockDraft;
  readonly now: number;
  readonly sources: LanguageSources;
}

export interface PassResult {
  readonly status: DecidedStatus;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly actions: readonly Action[];
  readonly needs: readonly Need[];
  readonly wakeAt: number | undefined;
  readonly isRequeued: boolean;
}

const podNameFormat = { "workflows.argoproj.io/pod-name-format": "v2" };

export function runPass(input: PassInput): PassResult {
  const { workflow, now } = input;
  const status = workflow.status ?? {};
  const execution = readExecutionSpec(input);
  if (execution.kind === "wrong") return endBeforeStart(status, execution, now);
  const templates = new TemplateLookup(input.facts, status.storedTemplates ?? {}, execution.spec.templateDefaults);
  if (status.phase === undefined) {
    const problem = validateWorkflow({
      metadata: workflow.metadata,
      spec: execution.ownSpec,
      templates,
      kind: "Workflow",
    });
    if (problem !== undefined) {
      const change = { phase: "Failed", message: `invalid spec: ${problem}` } as const;
      return endBeforeStart(status, { labels: execution.labels, change }, now);
    }
  }
  const start = readVariables(input, execution, status);
  if (start.kind === "wrong") return endBeforeStart(status, start, now);
  const pass = createPass(input, { execution, templates, spec: start.spec, globals: start.globals });
  return finish(pass, execution, start.added, advance(pass, input, status));
}

/** The status after all gates, and after the walk through the tree if they let it through. */
function advance(pass: Pass, { workflow, now }: PassInput, status: WorkflowStatus): DecidedStatus {
  const { spec } = pass;
  if (spec.synchronization !== undefined) {
    const change = awaitWorkflowLocks(pass, spec.synchronization, status);
    if (change !== undefined) return changePhase(status, change, now);
  }
  const { phase = "Pending" } = status;
  const running =
    phase === "Pending" ? changePhase(status, { phase: "Running", message: "" }, now) : { ...status, phase };
  const timed = withDeadline(pass, running);
  if (workflow.status?.phase !== undefined) {
    assessPods(timed);
    applyExecutionControl(timed);
  }
  if (spec.suspend === true) return running;
  const change = executeWorkflow(timed);
  return change === undefined ? running : changePhase(running, change, now);
}

function withDeadline(pass: Pass, status: WorkflowStatus): Pass {
  const started = timeOf(status.startedAt);
  const seconds = pass.spec.activeDeadlineSeconds;
  if (seconds === undefined || started === undefined) return pass;
  const timed: Pass = { ...pass, deadline: started + seconds * 1000, execute: (each) => executeTemplate(timed, each) };
  return timed;
}

/** Undefined: all locks are held. */
function awaitWorkflowLocks(
  pass: Pass,
  synchronization: Synchronization,
  status: WorkflowStatus,
): PhaseChange | undefined {
  try {
    const result = pass.locks.tryAcquire(synchronization);
    if (result.isAcquired) return undefined;
    if (pass.spec.shutdown === "Terminate" && status.phase === "Pending") {
      return { phase: "Failed", message: "Stopped with strategy 'Terminate'" };
    }
    return { phase: status.phase ?? "Pending", message: result.message };
  } catch (error) {
    return { phase: "Failed", message: `Failed to acquire the synchronization lock. ${messageOf(error)}` };
  }
}

type Start =
  | {
      readonly kind: "ready";
      readonly spec: WorkflowSpec;
      readonly globals: VariableMap;
      readonly added: AddedMetadata;
    }
  | { readonly kind: "wrong"; readonly labels: ExecutionSpec["labels"]; readonly change: PhaseChange };

/** Global variables, and the spec with them in it; templates get theirs when they run. */
function readVariables(input: PassInput, execution: ExecutionSpec, status: WorkflowStatus): Start {
  const { labels } = execution;
  const { metadata } = input.workflow;
  let globals: VariableMap;
  try {
    globals = globalVariables({
      metadata: withLabels(metadata, labels),
      spec: execution.spec,
      status,
      facts: input.facts,
    });
  } catch (error) {
    const message = `failed to set global parameters: ${messageOf(error)}`;
    return { kind: "wrong", labels, change: { phase: "Failed", message } };
  }
  try {
    const added =
      status.phase === undefined
        ? startMetadata(execution.spec.workflowMetadata ?? {}, globals, input.sources)
        : { labels: {}, annotations: {} };
    const { templates = [], ...rest } = execution.spec;
    const spec = substituteIn(rest, globals, { mode: "lenient", sources: input.sources });
    const started = timeOf(status.startedAt);
    globals.set("workflow.status", status.phase ?? "");
    globals.set("workflow.duration", (started === undefined ? 0 : (input.now - started) / 1000).toFixed(6));
    return { kind: "ready", spec: { ...spec, templates }, globals, added };
  } catch (error) {
    return { kind: "wrong", labels, change: { phase: "Error", message: messageOf(error) } };
  }
}

function withLabels(metadata: Workflow["metadata"], labels: Readonly<Record<string, string>>): Workflow["metadata"] {
  return { ...metadata, labels: { ...metadata.labels, ...labels } };
}

interface PassParts {
  readonly execution: ExecutionSpec;
  readonly templates: TemplateLookup;
  readonly spec: WorkflowSpec;
  readonly globals: VariableMap;
}

function createPass(input: PassInput, { execution, templates, spec, globals }: PassParts): Pass {
  const { workflow, facts, draft, now, sources } = input;
  const { name, namespace = "", uid = "", creationTimestamp = kubernetesTime(now) } = workflow.metadata;
  // Argo looks at the workflow's own priority only, never at the WorkflowTemplate's.
  const priority = execution.ownSpec.priority ?? 0;
  const identity = { name, namespace, uid, priority, createdAt: Date.parse(creationTimestamp) };
  const status = workflow.status ?? {};
  const outputs = new Map((status.outputs?.parameters ?? []).map((each) => [each.name, each]));
  const pass: Pass = {
    workflow: identity,
    source: execution.source,
    spec,
    nodes: new NodeTree(name, status.nodes ?? {}, now),
    globals,
    outputs,
    templates,
    locks: new PassLocks(draft, facts, identity, status.synchronization),
    facts,
    now,
    sources,
    deadline: undefined,
    agenda: {
      actions: [],
      needs: [],
      startedNodes: new Set(),
      activePodCount: 0,
      depth: 0,
      wakeAt: undefined,
      isRequeued: false,
    },
    execute: (each) => executeTemplate(pass, each),
  };
  return pass;
}

function finish(pass: Pass, execution: ExecutionSpec, added: AddedMetadata, status: DecidedStatus): PassResult {
  const { agenda } = pass;
  const isWaiting = !isEnded(status.phase);
  return {
    status: completeStatus(status, { pass, storedSpec: execution.storedSpec }),
    labels: { ...execution.labels, ...added.labels },
    annotations: { ...added.annotations, ...podNameFormat },
    actions: agenda.actions,
    needs: agenda.needs,
    wakeAt: isWaiting ? agenda.wakeAt : undefined,
    isRequeued: isWaiting && agenda.isRequeued,
  };
}

/** A workflow that cannot be run as it is. */
function endBeforeStart(
  status: WorkflowStatus,
  { labels, change }: { readonly labels: ExecutionSpec["labels"]; readonly change: PhaseChange },
  now: number,
): PassResult {
  const ended = changePhase(status, change, now);
  return { status: ended, labels, annotations: {}, actions: [], needs: [], wakeAt: undefined, isRequeued: false };
}
