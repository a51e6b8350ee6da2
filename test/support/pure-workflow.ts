// A workflow that is decided pass after pass without a store: the test says what becomes of its pods.
import { parse } from "yaml";
import type { Action, PodStep } from "../../src/argo/workflow/actions.ts";
import { decideWorkflow } from "../../src/argo/workflow/decide-workflow.ts";
import {
  configMapKey,
  templateKey,
  type KnownFacts,
  type Need,
  type PodFact,
  type ResourceFact,
} from "../../src/argo/workflow/facts.ts";
import type { Lock } from "../../src/argo/workflow/locks.ts";
import { parseWorkflowSpec } from "../../src/argo/workflow/parse-spec.ts";
import type { ConfigMap } from "../../src/resources/core.ts";
import { definedFields } from "../../src/resources/defined-fields.ts";
import type { NodeStatus, Workflow } from "../../src/resources/workflow.ts";

export const START = Date.parse("2026-01-02T03:04:05Z");

export interface PureWorkflowOptions {
  readonly name?: string;
  /** Shared by the workflows of one test. */
  readonly locks?: Map<string, Lock>;
  /** Values of ConfigMaps, by name. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The same for ConfigMaps that carry the label without which no parameter is read from them. */
  readonly parameterMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Service accounts that do not exist. */
  readonly missingAccounts?: readonly string[];
  /** Specs of WorkflowTemplates as YAML, by name. */
  readonly templates?: Readonly<Record<string, string>>;
}

export interface PodEnd {
  readonly exitCode?: number;
  readonly result?: string;
  readonly files?: Readonly<Record<string, string | null>>;
}

export class PureWorkflow {
  workflow: Workflow;
  now = START;
  checkAgainAt: number | undefined;
  /** Pods that were asked for, by the name of their node. */
  readonly steps = new Map<string, PodStep>();
  /** Pods that exist, by node id. */
  readonly pods = new Map<string, PodFact>();
  /** Why the store refuses pods, by node id. */
  readonly refusals = new Map<string, string>();
  /** What became of the actions of resource templates, by node id. */
  readonly resources = new Map<string, ResourceFact>();
  readonly #locks: Map<string, Lock>;
  readonly #options: PureWorkflowOptions;

  constructor(spec: string, options: PureWorkflowOptions = {}) {
    const { name = "wf", locks = new Map<string, Lock>() } = options;
    this.#locks = locks;
    this.#options = options;
    const metadata = {
      name,
      namespace: "ns",
      uid: `uid-${name}`,
      creationTimestamp: new Date(START).toISOString(),
    };
    this.workflow = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata, spec: parse(spec) };
  }

  get phase(): string | undefined {
    return this.workflow.status?.phase;
  }

  get message(): string | undefined {
    return this.workflow.status?.message;
  }

  get nodes(): readonly NodeStatus[] {
    return Object.values(this.workflow.status?.nodes ?? {});
  }

  /** By display name. */
  node(name: string): NodeStatus | undefined {
    return this.nodes.find(({ displayName }) => displayName === name);
  }

  /** Phases by display name. */
  get phases(): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries(this.nodes.map(({ displayName, phase }) => [displayName, phase]));
  }

  /** Display names of the nodes whose pods run. */
  get running(): readonly string[] {
    return this.nodes.flatMap(({ id, displayName }) => (this.pods.get(id)?.phase === "Running" ? [displayName] : []));
  }

  /** One pass. Returns its actions; pods that it asks for run from now on. */
  pass(): readonly Action[] {
    let facts: KnownFacts = {
      pods: [...this.pods.values()],
      workflowTemplates: new Map(),
      configMaps: new Map(),
      serviceAccounts: new Map(),
      resources: this.resources,
      refusedPods: this.refusals,
    };
    const parsed = parseWorkflowSpec(this.workflow.spec);
    for (;;) {
      const observed = { workflow: this.workflow, parsed, facts, locks: this.#locks };
      const decision = decideWorkflow(observed, this.now, { now: () => this.now, random: () => 0.5 });
      if (decision.kind === "needs") {
        for (const need of decision.needs) facts = this.#answer(facts, need);
        continue;
      }
      for (const [name, lock] of decision.lockChanges) this.#locks.set(name, lock);
      this.workflow = decision.workflow;
      this.checkAgainAt = decision.checkAgainAt;
      for (const action of decision.actions) this.#perform(action);
      return decision.actions;
    }
  }

  /** Passes until nothing changes any more. */
  settle(): this {
    for (let count = 0; count < 100; count += 1) {
      const before = this.workflow;
      if (this.pass().length === 0 && this.workflow === before) return this;
    }
    throw new Error("the workflow does not settle");
  }

  /** Ends the running pod of a node, given by display name, and settles. */
  end(displayName: string, { exitCode = 0, result, files = {} }: PodEnd = {}): this {
    const id = this.nodes.find(
      (node) => node.displayName === displayName && this.pods.get(node.id)?.phase === "Running",
    )?.id;
    const pod = this.pods.get(id ?? "");
    if (pod === undefined) throw new Error(`no pod of ${displayName} runs, only of ${this.running.join(", ")}`);
    const time = new Date(this.now).toISOString();
    const terminated = { exitCode, reason: exitCode === 0 ? "Completed" : "Error", startedAt: time, finishedAt: time };
    const status = { name: "main", ready: false, restartCount: 0, image: "", imageID: "", state: { terminated } };
    this.pods.set(pod.nodeId, {
      ...pod,
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      containerStatuses: [status],
      outputs: { files, ...(result === undefined ? {} : { result }) },
    });
    return this.settle();
  }

  /** Lets time pass, then settles. */
  wait(ms: number): this {
    this.now += ms;
    return this.settle();
  }

  change(spec: Readonly<Record<string, unknown>>): this {
    this.workflow = { ...this.workflow, spec: { ...this.workflow.spec, ...spec } };
    return this;
  }

  #perform(action: Action): void {
    if (action.kind === "deletePod") {
      for (const [id, { uid }] of this.pods) if (uid === action.uid) this.pods.delete(id);
    }
    if (action.kind === "runResource") this.resources.set(action.step.nodeId, { kind: "present", object: {} });
    if (action.kind !== "createPod") return;
    const { step } = action;
    this.steps.set(step.nodeName, step);
    this.pods.set(step.nodeId, {
      name: step.podName,
      uid: `uid-${step.podName}`,
      nodeId: step.nodeId,
      isOnExit: step.isOnExit,
      isDeleting: false,
      phase: "Running",
      initContainerStatuses: [],
      containerStatuses: [],
      outputParameters: (step.template.outputs?.parameters ?? []).map(({ name, valueFrom = {} }) =>
        definedFields({ name, path: valueFrom.path, default: valueFrom.default }),
      ),
      includesResult: step.includesResult,
    });
  }

  #answer(facts: KnownFacts, need: Need): KnownFacts {
    const { templates = {}, missingAccounts = [] } = this.#options;
    switch (need.kind) {
      case "workflowTemplate": {
        const text = templates[need.name];
        const fact = text === undefined ? null : { parsed: parseWorkflowSpec(parse(text)) };
        const key = templateKey(need.name, need.isClusterScoped);
        return { ...facts, workflowTemplates: new Map(facts.workflowTemplates).set(key, fact) };
      }
      case "configMap": {
        const key = configMapKey(need.namespace, need.name);
        return { ...facts, configMaps: new Map(facts.configMaps).set(key, this.#configMap(need)) };
      }
      case "serviceAccount":
        return {
          ...facts,
          serviceAccounts: new Map(facts.serviceAccounts).set(need.name, !missingAccounts.includes(need.name)),
        };
      case "resource":
        throw new Error(`nothing is known of the resource of ${need.step.nodeId}`);
    }
  }

  #configMap({ namespace, name }: { readonly namespace: string; readonly name: string }): ConfigMap | null {
    const { configMaps = {}, parameterMaps = {} } = this.#options;
    const data = configMaps[name] ?? parameterMaps[name];
    if (data === undefined) return null;
    const labels = name in parameterMaps ? { "workflows.argoproj.io/configmap-type": "Parameter" } : {};
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data };
  }
}
