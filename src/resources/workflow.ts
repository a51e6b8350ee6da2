// Workflow and WorkflowTemplate (argoproj.io/v1alpha1): the fields that the engine interprets.
// Values that Argo declares as "any string" (numbers and booleans are written as such in manifests) are strings here;
// src/argo/workflow/parse-spec.ts makes them so.
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "./object-meta.ts";
import type { Container, Volume } from "./pod.ts";

export interface Workflow extends KubernetesObject {
  readonly spec: WorkflowSpec;
  readonly status?: WorkflowStatus;
}

export interface WorkflowTemplate extends KubernetesObject {
  readonly spec: WorkflowSpec;
}

export interface WorkflowSpec {
  readonly entrypoint?: string;
  readonly arguments?: Arguments;
  readonly templates?: readonly Template[];
  readonly workflowTemplateRef?: { readonly name: string; readonly clusterScope?: boolean };
  readonly templateDefaults?: Template;
  readonly onExit?: string;
  readonly hooks?: LifecycleHooks;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly parallelism?: number;
  readonly activeDeadlineSeconds?: number;
  readonly priority?: number;
  readonly suspend?: boolean;
  readonly shutdown?: ShutdownStrategy;
  readonly retryStrategy?: RetryStrategy;
  readonly synchronization?: Synchronization;
  readonly ttlStrategy?: {
    readonly secondsAfterCompletion?: number;
    readonly secondsAfterSuccess?: number;
    readonly secondsAfterFailure?: number;
  };
  readonly podGC?: PodGarbageCollection;
  readonly podMetadata?: TemplateMetadata;
  readonly workflowMetadata?: WorkflowMetadata;
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

export type ShutdownStrategy = "Stop" | "Terminate";

export interface PodGarbageCollection {
  readonly strategy?: string;
  readonly labelSelector?: Readonly<Record<string, unknown>>;
  readonly deleteDelayDuration?: string;
}

export interface TemplateMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface WorkflowMetadata extends TemplateMetadata {
  readonly labelsFrom?: Readonly<Record<string, { readonly expression: string }>>;
}

/** Fields whose name ends the same way as in Argo; exactly one of the template types is set. */
export interface Template {
  /** Absent for inline templates and defaults. */
  readonly name?: string;
  readonly inputs?: { readonly parameters?: readonly Parameter[] };
  readonly outputs?: { readonly parameters?: readonly Parameter[] };
  readonly metadata?: TemplateMetadata;
  /** `workflows.argoproj.io/display-name` overrides the name that a node shows. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly container?: TemplateContainer;
  readonly script?: TemplateContainer & { readonly source?: string };
  readonly resource?: ResourceTemplate;
  readonly suspend?: { readonly duration?: string };
  readonly dag?: DagTemplate;
  readonly steps?: readonly (readonly WorkflowStep[])[];
  readonly retryStrategy?: RetryStrategy;
  readonly synchronization?: Synchronization;
  readonly parallelism?: number;
  readonly failFast?: boolean;
  /** A Go duration with a unit. */
  readonly timeout?: string;
  readonly pendingTimeout?: string;
  /** Seconds; may be a tag. */
  readonly activeDeadlineSeconds?: string;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  /** emptyDir, configMap and projected volumes of the step's pod. */
  readonly volumes?: readonly Volume[];
}

/** A container of a template: the name is always "main". */
export type TemplateContainer = Omit<Container, "name">;

export interface ResourceTemplate {
  /** get, create, apply, patch, delete; may be a tag. */
  readonly action?: string;
  readonly manifest?: string;
  readonly mergeStrategy?: string;
  readonly setOwnerReference?: boolean;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  readonly flags?: readonly string[];
}

export interface DagTemplate {
  /** Names of target tasks with a single space between them. */
  readonly target?: string;
  readonly tasks?: readonly DagTask[];
  readonly failFast?: boolean;
}

/** What calls a template: a step of a group, or a task of a DAG. */
export interface TemplateCall {
  readonly name: string;
  readonly template?: string;
  readonly templateRef?: TemplateRef;
  readonly inline?: Template;
  readonly arguments?: Arguments;
  readonly when?: string;
  /** JSON values as they stand in the manifest. */
  readonly withItems?: readonly unknown[];
  readonly withParam?: string;
  readonly withSequence?: Sequence;
  readonly continueOn?: { readonly error?: boolean; readonly failed?: boolean };
  readonly onExit?: string;
  readonly hooks?: LifecycleHooks;
}

export type WorkflowStep = TemplateCall;

export interface DagTask extends TemplateCall {
  readonly dependencies?: readonly string[];
  readonly depends?: string;
}

export interface TemplateRef {
  readonly name?: string;
  readonly template?: string;
  readonly clusterScope?: boolean;
}

export interface Sequence {
  readonly count?: string;
  readonly start?: string;
  readonly end?: string;
  readonly format?: string;
}

export type LifecycleHooks = Readonly<Record<string, LifecycleHook>>;

/** The hook named `exit` is the exit handler; every other one needs an expression. */
export interface LifecycleHook {
  readonly template?: string;
  readonly templateRef?: TemplateRef;
  readonly arguments?: Arguments;
  readonly expression?: string;
}

export interface Arguments {
  readonly parameters?: readonly Parameter[];
}

export interface Parameter {
  readonly name: string;
  readonly value?: string;
  readonly default?: string;
  readonly valueFrom?: ValueFrom;
  readonly globalName?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
}

/** An output under its global name. */
export interface ExportedParameter {
  readonly name: string;
  readonly value: string;
}

export interface ValueFrom {
  readonly path?: string;
  readonly jsonPath?: string;
  readonly parameter?: string;
  readonly expression?: string;
  readonly supplied?: Readonly<Record<string, never>>;
  readonly configMapKeyRef?: ConfigMapKeyRef;
  readonly default?: string;
}

export interface ConfigMapKeyRef {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface RetryStrategy {
  /** Integer, or a tag. Absent: without limit. */
  readonly limit?: string;
  readonly retryPolicy?: string;
  readonly backoff?: Backoff;
  readonly expression?: string;
}

export interface Backoff {
  readonly duration?: string;
  readonly factor?: string;
  readonly maxDuration?: string;
  readonly cap?: string;
}

export interface Synchronization {
  readonly semaphores?: readonly { readonly configMapKeyRef?: ConfigMapKeyRef; readonly namespace?: string }[];
  readonly mutexes?: readonly { readonly name?: string; readonly namespace?: string }[];
}

export type NodePhase = "Pending" | "Running" | "Succeeded" | "Skipped" | "Failed" | "Error" | "Omitted";

export type NodeType = "Pod" | "Steps" | "StepGroup" | "DAG" | "TaskGroup" | "Retry" | "Skipped" | "Suspend";

/** One node of the recorded tree. Times are RFC 3339. */
export interface NodeStatus {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  /** Skipped also stands for nodes that were omitted, or that erred before they could start. */
  readonly type: NodeType;
  readonly templateName?: string;
  readonly templateRef?: TemplateRef;
  readonly templateScope?: string;
  readonly phase: NodePhase;
  readonly boundaryID?: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly progress?: string;
  readonly nodeFlag?: { readonly hooked?: boolean; readonly retried?: boolean };
  readonly inputs?: { readonly parameters?: readonly Parameter[] };
  readonly outputs?: NodeOutputs;
  readonly children?: readonly string[];
  readonly outboundNodes?: readonly string[];
  readonly hostNodeName?: string;
  readonly synchronizationStatus?: { readonly waiting?: string };
}

export interface NodeOutputs {
  readonly parameters?: readonly Parameter[];
  readonly result?: string;
  readonly exitCode?: string;
}

export type WorkflowPhase = "Pending" | "Running" | "Succeeded" | "Failed" | "Error";

export interface WorkflowStatus {
  readonly phase?: WorkflowPhase;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly progress?: string;
  readonly nodes?: Readonly<Record<string, NodeStatus>>;
  readonly outputs?: { readonly parameters?: readonly ExportedParameter[] };
  readonly storedTemplates?: Readonly<Record<string, Template>>;
  /** The merged spec of a Workflow with `workflowTemplateRef`, made once. */
  readonly storedWorkflowTemplateSpec?: WorkflowSpec;
  readonly synchronization?: SynchronizationStatus;
  readonly conditions?: readonly Pick<Condition, "type" | "status">[];
}

export interface SynchronizationStatus {
  readonly semaphore?: {
    readonly holding?: readonly SemaphoreHolding[];
    /** The holders named here are those that hold it now, not those that wait. */
    readonly waiting?: readonly SemaphoreHolding[];
  };
  readonly mutex?: {
    readonly holding?: readonly MutexHolding[];
    readonly waiting?: readonly MutexHolding[];
  };
}

export interface SemaphoreHolding {
  readonly semaphore: string;
  readonly holders?: readonly string[];
}

export interface MutexHolding {
  readonly mutex: string;
  readonly holder: string;
}
