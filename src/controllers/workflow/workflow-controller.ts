// Runs Workflows: observes what the interpreter asks for, lets it decide, takes its actions, stores the workflow once.
import { decideWorkflow, type WorkflowDecision } from "../../argo/workflow/decide-workflow.ts";
import type { KnownFacts, Need } from "../../argo/workflow/facts.ts";
import { parseWorkflowSpec } from "../../argo/workflow/parse-spec.ts";
import type { LanguageSources } from "../../languages/go-value.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CONFIG_MAP } from "../../resources/core.ts";
import { KINDS } from "../../resources/kinds.ts";
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";
import { POD } from "../../resources/pod.ts";
import type { Workflow } from "../../resources/workflow.ts";
import { SETTLED, watchOf, type Controller, type Outcome, type Watch } from "../loop/controller.ts";
import { ParsedSpecs } from "../loop/parsed-specs.ts";
import { HeldLocks } from "./held-locks.ts";
import { answerNeed, observePods, type ObservationTools } from "./observe-workflow.ts";
import { performActions } from "./perform-actions.ts";
import { RememberedNeeds } from "./remembered-needs.ts";
import { WORKFLOW_LABELS } from "./pod-annotations.ts";
import { ResourceError, resourceTarget } from "./resource-target.ts";
import { WatchedObjects, type WatchedObject } from "./watched-objects.ts";

export interface WorkflowControllerOptions {
  readonly store: ResourceStore;
  /** The store with the rights of a service account: resource templates act through it. */
  storeFor(namespace: string, serviceAccount: string, updateVerb: "update" | "patch"): ResourceStore;
  /** In [0, 1), for expressions. */
  random(): number;
}

type Decided = Extract<WorkflowDecision, { kind: "decided" }>;

const CONCURRENCY_MAX = 8;
/** Rounds of one pass: every one brings facts or actions that the one before asked for. */
const ROUND_COUNT_MAX = 1000;
/** How soon a workflow that waits for a lock looks again, if nothing wakes it before. */
const LOCK_CHECK_MS = 5000;

export function createWorkflowController(options: WorkflowControllerOptions): Controller {
  return new WorkflowController(options);
}

class WorkflowController implements Controller {
  readonly name = "workflow";
  readonly concurrencyMax = CONCURRENCY_MAX;
  readonly watches: readonly Watch[];
  readonly #tools: ObservationTools;
  readonly #random: () => number;
  readonly #locks = new HeldLocks();
  readonly #watched = new WatchedObjects();
  readonly #needs = new RememberedNeeds();
  /** Workflows that a lock may let go on; the next change of any workflow wakes them. */
  readonly #wakes = new Set<string>();

  constructor(options: WorkflowControllerOptions) {
    this.#tools = {
      store: options.store,
      storeFor: (namespace, serviceAccount, updateVerb) => options.storeFor(namespace, serviceAccount, updateVerb),
      specs: new ParsedSpecs(parseWorkflowSpec),
    };
    this.#random = () => options.random();
    this.watches = [
      watchOf({ kind: WORKFLOW, map: (workflow) => this.#wokenByWorkflow(workflow) }),
      watchOf({ kind: POD, labelSelector: WORKFLOW_LABELS.workflow, map: workflowOfPod }),
      ...KINDS.filter((kind) => kind.confidential !== true && kind.kind !== "Event" && kind !== WORKFLOW).map((kind) =>
        watchOf({ kind, map: (object: KubernetesObject) => this.#watched.watchersOf(kind, object).map(keyOfText) }),
      ),
    ];
  }

  async reconcile(key: ObjectKey, now: number): Promise<Outcome> {
    const text = `${key.namespace}/${key.name}`;
    this.#wakes.delete(text);
    await this.#locks.restore(this.#tools.store);
    const workflow = await this.#tools.store.get(WORKFLOW, key);
    if (workflow === undefined || workflow.metadata.labels?.[WORKFLOW_LABELS.completed] === "true") {
      this.#forget(text, workflow === undefined);
      return SETTLED;
    }
    return await this.#pass(workflow, text, now);
  }

  async #pass(stored: Workflow, key: string, now: number): Promise<Outcome> {
    const sources: LanguageSources = { now: () => now, random: this.#random };
    const parsed = this.#tools.specs.parse(stored);
    const needs = new Map<string, Need>();
    let facts = await this.#observe(stored, key, needs);
    this.#locks.keep(stored);
    // Every round goes on from the one before, as the locks do; the store sees the last one only.
    let workflow = stored;
    for (let round = 0; round < ROUND_COUNT_MAX; round += 1) {
      const decision = decideWorkflow({ workflow, parsed, facts, locks: this.#locks.current }, now, sources);
      if (decision.kind === "needs") {
        for (const need of decision.needs) facts = await this.#answer(workflow, facts, need, needs);
        continue;
      }
      for (const woken of this.#locks.apply(decision.lockChanges)) this.#wakes.add(woken);
      workflow = decision.workflow;
      const spec = workflow.status?.storedWorkflowTemplateSpec ?? (parsed.isValid ? parsed.spec : {});
      const known = facts;
      facts = await performActions(this.#tools, workflow, spec, { actions: decision.actions, facts });
      if (changesDecision(known, facts)) continue;
      this.#remember(workflow, key, [...needs.values()]);
      if (workflow !== stored) await this.#tools.store.update(WORKFLOW, workflow);
      return outcomeOf(decision, now);
    }
    throw new Error(`workflow ${key} needs more than ${ROUND_COUNT_MAX} rounds in one pass`);
  }

  async #observe(workflow: Workflow, key: string, needs: Map<string, Need>): Promise<KnownFacts> {
    let facts = await observePods(this.#tools, workflow);
    for (const need of this.#needs.of(workflow, key)) facts = await this.#answer(workflow, facts, need, needs);
    return facts;
  }

  async #answer(workflow: Workflow, facts: KnownFacts, need: Need, needs: Map<string, Need>): Promise<KnownFacts> {
    needs.set(JSON.stringify(need), need);
    if (need.kind === "resource") this.#watch(workflow, [...needs.values()]);
    return await answerNeed(this.#tools, workflow, facts, need);
  }

  /** Before the object is read, so that no change falls between. */
  #watch(workflow: Workflow, needs: readonly Need[]): void {
    const key = `${workflow.metadata.namespace ?? ""}/${workflow.metadata.name}`;
    this.#watched.set(
      key,
      needs.flatMap((need) => watchedObject(workflow, need) ?? []),
    );
  }

  #remember(workflow: Workflow, key: string, needs: readonly Need[]): void {
    this.#needs.set(workflow, key, needs);
    this.#watch(workflow, needs);
  }

  #forget(key: string, isGone: boolean): void {
    this.#needs.forget(key);
    this.#watched.forget(key);
    if (!isGone) return;
    for (const woken of this.#locks.forget(key)) this.#wakes.add(woken);
  }

  #wokenByWorkflow({ metadata }: Workflow): readonly ObjectKey[] {
    const own = { namespace: metadata.namespace ?? "", name: metadata.name };
    const watchers = this.#watched.watchersOf(WORKFLOW, { apiVersion: "", kind: "", metadata });
    return [own, ...[...this.#wakes, ...watchers].map(keyOfText)];
  }
}

/** What the actions brought is known now: it is decided on in the next round, and stored together with this one. */
function changesDecision(before: KnownFacts, after: KnownFacts): boolean {
  return before.resources !== after.resources || before.refusedPods !== after.refusedPods || before.pods !== after.pods;
}

function outcomeOf({ workflow, checkAgainAt }: Decided, now: number): Outcome {
  const waits = [
    ...(checkAgainAt === undefined ? [] : [Math.max(checkAgainAt - now, 0)]),
    ...(isWaitingForLock(workflow) ? [LOCK_CHECK_MS] : []),
  ];
  return waits.length === 0 ? SETTLED : { kind: "checkAgainAfter", ms: Math.min(...waits) };
}

function isWaitingForLock({ status }: Workflow): boolean {
  const { semaphore, mutex } = status?.synchronization ?? {};
  return semaphore?.waiting !== undefined || mutex?.waiting !== undefined;
}

function watchedObject(workflow: Workflow, need: Need): WatchedObject | undefined {
  if (need.kind === "configMap") return { kind: CONFIG_MAP, key: { namespace: need.namespace, name: need.name } };
  if (need.kind !== "resource") return undefined;
  try {
    const { kind, namespace, name } = resourceTarget(workflow, need.step);
    return name === undefined ? undefined : { kind, key: { namespace, name } };
  } catch (error) {
    if (error instanceof ResourceError) return undefined;
    throw error;
  }
}

function workflowOfPod({ metadata }: KubernetesObject): readonly ObjectKey[] {
  const name = metadata.labels?.[WORKFLOW_LABELS.workflow];
  return name === undefined ? [] : [{ namespace: metadata.namespace ?? "", name }];
}

function keyOfText(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
