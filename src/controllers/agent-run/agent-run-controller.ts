// The CodeRun and DocsRun controllers, the same on both engines: observe → decide → apply, status written once a pass.
import type { Configuration } from "../../configuration/configuration.ts";
import type { GatewayAddress } from "../../configuration/run-file.ts";
import { hasCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import type { FailedVerdict, VerdictWriter } from "../../platform/verdict-writer.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN } from "../../resources/code-run.ts";
import { CONFIG_MAP, LEASE } from "../../resources/core.ts";
import { DOCS_RUN } from "../../resources/docs-run.ts";
import { JOB, type Job } from "../../resources/job.ts";
import type { Kind } from "../../resources/kind.ts";
import { keyOf, type KubernetesObject, type ObjectKey } from "../../resources/object-meta.ts";
import { ANNOTATIONS } from "../../resources/run-identity.ts";
import { SETTLED, watchOf, type Controller, type Outcome } from "../loop/controller.ts";
import { recordEvent } from "../loop/record-event.ts";
import { WakeIndex } from "../loop/wake-index.ts";
import { buildAgentJob, buildFilesConfigMap, type AgentJobParts } from "./build-agent-job.ts";
import { buildRunFile } from "./build-run-file.ts";
import { fieldsWithoutEffect } from "./fields-without-effect.ts";
import { decideAgentRun, type RunDecision } from "./decide-agent-run.ts";
import { laneKeyOf, observeAgentRun, workflowKeyOf, type Observation } from "./observe-agent-run.ts";
import { isCodeRun, type AgentRun, type RunInput } from "./run-input.ts";
import { filesName, jobName } from "./run-names.ts";
import { outcomeChange, summarizeAgentRun, type StatusChange, type StatusCondition } from "./summarize-agent-run.ts";

const CONCURRENCY_MAX = 8;

export interface AgentRunDependencies {
  readonly store: ResourceStore;
  readonly configuration: Configuration;
  readonly verdicts: VerdictWriter;
  /** The image of agent pods. */
  readonly image: string;
  /** Where pods reach the gateway of a cluster; Unavailable until that is known. */
  readonly gateway?: () => Promise<GatewayAddress>;
}

export function createCodeRunController(dependencies: AgentRunDependencies): Controller {
  return createController("code-run", CODE_RUN, dependencies);
}

export function createDocsRunController(dependencies: AgentRunDependencies): Controller {
  return createController("docs-run", DOCS_RUN, dependencies);
}

function createController<T extends AgentRun>(
  name: string,
  kind: Kind<T>,
  dependencies: AgentRunDependencies,
): Controller {
  const runsOfLane = new WakeIndex();
  const runsOfWorkflow = new WakeIndex();
  return {
    name,
    watches: [
      watchOf({ kind, map: (run) => [keyOf(run)] }),
      watchOf({ kind: JOB, map: (job) => ownerKeys(job, kind.kind) }),
      watchOf({ kind: LEASE, map: (lease) => runsOfLane.waitersFor(keyOf(lease)) }),
      watchOf({ kind: WORKFLOW, map: (workflow) => runsOfWorkflow.waitersFor(keyOf(workflow)) }),
    ],
    concurrencyMax: CONCURRENCY_MAX,
    reconcile: async (key, now) => {
      const run = await dependencies.store.get(kind, key);
      const isUnderWay = run !== undefined && run.status?.phase !== "Succeeded" && run.status?.phase !== "Failed";
      // A superseding head and the end of the workflow wake the run at once.
      runsOfLane.set(key, isUnderWay ? known(laneKeyOf(run)) : []);
      runsOfWorkflow.set(key, isUnderWay ? known(workflowKeyOf(run)) : []);
      return run === undefined ? SETTLED : reconcile(run, now, kind, dependencies);
    },
  };
}

function ownerKeys(object: KubernetesObject, kind: string): readonly ObjectKey[] {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.kind === kind);
  return owner === undefined ? [] : [{ namespace: object.metadata.namespace ?? "", name: owner.name }];
}

function known(key: ObjectKey | undefined): readonly ObjectKey[] {
  return key === undefined ? [] : [key];
}

async function reconcile<T extends AgentRun>(
  run: T,
  now: number,
  kind: Kind<T>,
  to: AgentRunDependencies,
): Promise<Outcome> {
  if (run.metadata.deletionTimestamp !== undefined) return SETTLED;
  const observation = await observeAgentRun(run, to);
  const decision = decideAgentRun(observation.observed);
  const change = await apply(decision, observation, to);
  if (change === undefined) return SETTLED;
  const status = summarizeAgentRun(run.status, change, { now, generation: run.metadata.generation ?? 1 });
  await to.store.updateStatus(kind, { ...run, status });
  if (change.phase !== "Pending" && change.phase !== run.status?.phase) {
    const type = change.phase === "Failed" ? "Warning" : "Normal";
    const { reason, message } = change;
    await recordEvent(to.store, {
      about: run,
      type,
      reason,
      message,
      now,
      component: `${run.kind}-controller`.toLowerCase(),
    });
  }
  return SETTLED;
}

async function apply(
  decision: RunDecision,
  observation: Observation,
  to: AgentRunDependencies,
): Promise<StatusChange | undefined> {
  switch (decision.kind) {
    case "settled":
      return undefined;
    case "record":
      return recordAttempt(decision, observation, to);
    case "create":
      await createAttempt(observation.run, decision, to);
      return running(decision.attempt.retryCount);
    case "running":
      return observation.observed.phase === "Running"
        ? undefined
        : running(observation.observed.recorded?.retryCount ?? 0);
    case "finish":
      return outcomeChange(decision.outcome);
    case "fail":
      return failRun(decision, observation, to);
  }
}

function recordAttempt(
  decision: Extract<RunDecision, { kind: "record" }>,
  { run }: Observation,
  to: AgentRunDependencies,
): StatusChange {
  const { contextVersion, retryCount } = decision;
  const name = jobName({
    kind: isCodeRun(run) ? "CodeRun" : "DocsRun",
    namespace: run.metadata.namespace ?? "",
    name: run.metadata.name,
    uid: run.metadata.uid ?? "",
    taskId: isCodeRun(run) ? run.spec.taskId : 0,
    contextVersion,
    retryCount,
  });
  return {
    phase: "Pending",
    reason: retryCount === 0 ? "JobRecorded" : "Retrying",
    message: `attempt ${retryCount + 1} of version ${contextVersion}: ${decision.why}`,
    fields: { jobName: name, configmapName: filesName(name), contextVersion, retryCount },
    conditions: [...dockerCondition(run), ...fieldsCondition(run), ...egressCondition(to)],
  };
}

/** enableDocker is accepted for existing manifests and has no effect: a container engine inside an agent's sandbox would undo it. */
function dockerCondition(run: AgentRun): readonly StatusCondition[] {
  if (!isCodeRun(run) || run.spec.enableDocker !== true) return [];
  const message = "spec.enableDocker has no effect: agents get no container engine";
  return [{ type: "DockerEnabled", status: "False", reason: "NotSupported", message }];
}

/** On a cluster whose operator let agents start without a network policy. On one machine the sandbox has no network. */
function egressCondition({ gateway, configuration }: AgentRunDependencies): readonly StatusCondition[] {
  if (gateway === undefined || configuration.directEgress === "refuse") return [];
  const message =
    "networkPolicy.directEgress is allow: whether the agent has a way out beside the gateway was not looked at";
  return [{ type: "EgressRestricted", status: "False", reason: "AllowedByOperator", message }];
}

/** Said of the spec as it is now: what an earlier one had set and this one has not is taken back. */
function fieldsCondition(run: AgentRun): readonly StatusCondition[] {
  const type = "FieldsWithoutEffect";
  const fields = fieldsWithoutEffect(run);
  if (fields.length > 0) return [{ type, status: "True", reason: "NotSupported", message: fields.join("; ") }];
  const wasSet = run.status?.conditions?.some((condition) => condition.type === type) === true;
  return wasSet
    ? [{ type, status: "False", reason: "NoneSet", message: "every field that is set has its effect" }]
    : [];
}

function running(retryCount: number): StatusChange {
  return { phase: "Running", reason: "JobStarted", message: `attempt ${retryCount + 1} is running` };
}

/** Creates what is missing of the recorded attempt; what an earlier pass created counts if it is this run's. */
async function createAttempt(
  run: AgentRun,
  { input, attempt }: Extract<RunDecision, { kind: "create" }>,
  to: AgentRunDependencies,
): Promise<void> {
  const { image, configuration } = to;
  const file = buildRunFile(run, input, attempt.retryCount + 1, configuration);
  const gateway = await to.gateway?.();
  const parts: AgentJobParts = { run, input, file, jobName: attempt.jobName, image, configuration, gateway };
  await createOnce(to.store, CONFIG_MAP, buildFilesConfigMap(parts), run);
  await createOnce(to.store, JOB, buildAgentJob(parts), run);
}

async function createOnce<T extends KubernetesObject>(
  store: ResourceStore,
  kind: Kind<T>,
  object: T,
  run: AgentRun,
): Promise<void> {
  try {
    await store.create(kind, object);
  } catch (error) {
    if (!hasCode(error, "AlreadyExists")) throw error;
    const found = await store.get(kind, keyOf(object));
    const owned = found?.metadata.ownerReferences?.some((owner) => owner.uid === run.metadata.uid) === true;
    if (!owned) throw error;
  }
}

async function failRun(
  decision: Extract<RunDecision, { kind: "fail" }>,
  observation: Observation,
  to: AgentRunDependencies,
): Promise<StatusChange> {
  const { run, observed, job } = observation;
  if (decision.removeJob && job !== undefined) await removeJob(to.store, job);
  const { reason, message } = decision;
  const failed: StatusChange = { phase: "Failed", reason, message };
  const headSha = run.metadata.annotations?.[ANNOTATIONS.headSha] ?? "";
  if (!decision.verdict || observed.read.kind === "invalid" || headSha === "") return failed;
  const verdict = { ...verdictOf(run, observed.read.input), headSha, reason, message };
  return { ...failed, conditions: [await writeVerdict(to.verdicts, verdict)] };
}

function verdictOf(run: AgentRun, { identity, repository }: RunInput) {
  return {
    namespace: run.metadata.namespace ?? "",
    runKind: isCodeRun(run) ? ("CodeRun" as const) : ("DocsRun" as const),
    runName: run.metadata.name,
    repository: `${repository.owner}/${repository.name}`,
    stage: identity.stage,
  };
}

/** What GitHub or the gateway will never take must not keep the run from ending; everything else is tried again. */
async function writeVerdict(verdicts: VerdictWriter, verdict: FailedVerdict): Promise<StatusCondition> {
  const type = "VerdictWritten";
  try {
    return { type, status: "True", reason: "Recorded", message: await verdicts.writeFailure(verdict) };
  } catch (error) {
    if (!hasCode(error, "NotFound", "Forbidden", "Invalid")) throw error;
    return { type, status: "False", reason: "Refused", message: error.message };
  }
}

async function removeJob(store: ResourceStore, job: Job): Promise<void> {
  const uid = job.metadata.uid;
  try {
    await store.delete(JOB, keyOf(job), uid === undefined ? {} : { preconditions: { uid } });
  } catch (error) {
    if (!hasCode(error, "NotFound", "Conflict")) throw error;
  }
}
