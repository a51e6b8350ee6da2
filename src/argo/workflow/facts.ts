// What a decision knows about the world. It asks for what it lacks: the decision is then made again with the answer, so
// that a pass reads exactly what it needs, and deciding itself stays a function of its input.
import type { ContainerStatus } from "../../resources/pod.ts";
import type { ConfigMap } from "../../resources/core.ts";
import type { WorkflowSpec } from "../../resources/workflow.ts";
import type { ParsedSpec } from "./parse-spec.ts";
import type { ResourceStep } from "./actions.ts";

export type Need =
  | { readonly kind: "workflowTemplate"; readonly name: string; readonly isClusterScoped: boolean }
  | { readonly kind: "configMap"; readonly namespace: string; readonly name: string }
  | { readonly kind: "serviceAccount"; readonly name: string }
  /** The object that a resource template waits for, as it is now. */
  | { readonly kind: "resource"; readonly step: ResourceStep };

export interface TemplateFact {
  readonly parsed: ParsedSpec;
}

/** A pod of the workflow, with what its supervisor collected. */
export interface PodFact {
  readonly name: string;
  readonly uid: string;
  readonly nodeId: string;
  readonly isOnExit: boolean;
  readonly isDeleting: boolean;
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly nodeName?: string;
  /** Why it cannot be placed. */
  readonly unschedulable?: string;
  readonly initContainerStatuses: readonly ContainerStatus[];
  readonly containerStatuses: readonly ContainerStatus[];
  /** The output parameters of its template, after substitution. */
  readonly outputParameters: readonly PodOutputParameter[];
  readonly includesResult: boolean;
  /** Absent until they were collected. */
  readonly outputs?: { readonly result?: string; readonly files: Readonly<Record<string, string | null>> };
}

/** With a path it is read from a file, otherwise the value is known from the start. */
export interface PodOutputParameter {
  readonly name: string;
  readonly path?: string;
  readonly value?: string;
  readonly default?: string;
  readonly globalName?: string;
}

/** What became of a resource template's action, or of its object since then. */
export type ResourceFact =
  /** `object` is its JSON as a plain value. */
  | { readonly kind: "present"; readonly object: Readonly<Record<string, unknown>> }
  /** `delete`, or a `get` that found nothing. */
  | { readonly kind: "empty" }
  | { readonly kind: "gone"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** Null: it does not exist. */
export interface KnownFacts {
  readonly pods: readonly PodFact[];
  readonly workflowTemplates: ReadonlyMap<string, TemplateFact | null>;
  readonly configMaps: ReadonlyMap<string, ConfigMap | null>;
  readonly serviceAccounts: ReadonlyMap<string, boolean>;
  /** By node id. */
  readonly resources: ReadonlyMap<string, ResourceFact>;
  /** Pods that the store refused, by node id: its message. */
  readonly refusedPods: ReadonlyMap<string, string>;
}

/** Thrown by a look-up; caught by `decideWorkflow`, which answers with the need. */
export class MissingFact extends Error {
  readonly need: Need;

  constructor(need: Need) {
    super(`needs ${need.kind}`);
    this.need = need;
  }
}

export class Facts {
  readonly #known: KnownFacts;
  readonly #podsByNode: ReadonlyMap<string, PodFact>;

  constructor(known: KnownFacts) {
    this.#known = known;
    this.#podsByNode = new Map(known.pods.map((pod) => [pod.nodeId, pod]));
  }

  get pods(): readonly PodFact[] {
    return this.#known.pods;
  }

  podOf(nodeId: string): PodFact | undefined {
    return this.#podsByNode.get(nodeId);
  }

  refusalOfPod(nodeId: string): string | undefined {
    return this.#known.refusedPods.get(nodeId);
  }

  workflowTemplate(name: string, isClusterScoped: boolean): TemplateFact | undefined {
    const fact = this.#known.workflowTemplates.get(templateKey(name, isClusterScoped));
    if (fact === undefined) throw new MissingFact({ kind: "workflowTemplate", name, isClusterScoped });
    return fact ?? undefined;
  }

  configMap(namespace: string, name: string): ConfigMap | undefined {
    const fact = this.#known.configMaps.get(configMapKey(namespace, name));
    if (fact === undefined) throw new MissingFact({ kind: "configMap", namespace, name });
    return fact ?? undefined;
  }

  hasServiceAccount(name: string): boolean {
    const fact = this.#known.serviceAccounts.get(name);
    if (fact === undefined) throw new MissingFact({ kind: "serviceAccount", name });
    return fact;
  }

  resource(nodeId: string): ResourceFact | undefined {
    return this.#known.resources.get(nodeId);
  }
}

export function templateKey(name: string, isClusterScoped: boolean): string {
  return `${isClusterScoped ? "cluster" : "namespaced"}/${name}`;
}

export function configMapKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The spec of a template fact that can be used. */
export function specOf(fact: TemplateFact): WorkflowSpec | undefined {
  return fact.parsed.isValid ? fact.parsed.spec : undefined;
}
