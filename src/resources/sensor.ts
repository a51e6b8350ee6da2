// Sensor (argoproj.io/v1alpha1): what is done about events. The fields that the engine reads; the table of all fields is
// argo/sensor/supported-sensor-fields.ts.
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "./object-meta.ts";

export interface Sensor extends KubernetesObject {
  readonly spec: SensorSpec;
  readonly status?: SensorStatus;
}

export interface SensorSpec {
  readonly dependencies: readonly EventDependency[];
  readonly triggers: readonly SensorTrigger[];
  readonly template?: { readonly serviceAccountName?: string };
}

export interface EventDependency {
  readonly name: string;
  readonly eventSourceName: string;
  readonly eventName: string;
  readonly filters?: EventFilters;
  readonly filtersLogicalOperator?: LogicalOperator;
}

export type LogicalOperator = "and" | "or" | "";

export interface EventFilters {
  readonly exprs?: readonly ExpressionFilter[];
  readonly exprLogicalOperator?: LogicalOperator;
  readonly data?: readonly DataFilter[];
  readonly dataLogicalOperator?: LogicalOperator;
  readonly context?: Partial<EventContext>;
  readonly time?: TimeFilter;
}

export interface DataFilter {
  /** gjson. */
  readonly path: string;
  readonly type: string;
  /** One of them must fit. */
  readonly value?: readonly string[];
  readonly comparator?: string;
  /** Go template over the value. */
  readonly template?: string;
}

export interface ExpressionFilter {
  readonly expr: string;
  readonly fields: readonly { readonly name: string; readonly path: string }[];
}

export interface TimeFilter {
  /** `15:04:05`. */
  readonly start: string;
  readonly stop: string;
  /** IANA name; UTC when absent. */
  readonly timezone?: string;
}

/** The attributes of a CloudEvent. */
export interface EventContext {
  readonly id: string;
  readonly source: string;
  readonly specversion: string;
  readonly type: string;
  readonly datacontenttype: string;
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
}

export interface SensorTrigger {
  readonly template: TriggerTemplate;
  /** Written into the template before it is used. */
  readonly parameters?: readonly TriggerParameter[];
  readonly retryStrategy?: RetryStrategy;
  readonly atLeastOnce?: boolean;
  /** What is done with the events of a trigger that failed for good. */
  readonly dlqTrigger?: SensorTrigger;
}

export interface TriggerTemplate {
  readonly name: string;
  readonly conditions?: string;
  readonly k8s?: ResourceTrigger;
  readonly argoWorkflow?: ResourceTrigger;
  readonly log?: Readonly<Record<string, unknown>>;
}

export interface ResourceTrigger {
  readonly operation?: string;
  readonly source: { readonly resource: Readonly<Record<string, unknown>> };
  readonly parameters?: readonly TriggerParameter[];
  readonly patchStrategy?: string;
}

export interface TriggerParameter {
  readonly src: TriggerParameterSource;
  /** sjson path. */
  readonly dest: string;
  readonly operation?: string;
}

export interface TriggerParameterSource {
  readonly dependencyName: string;
  readonly contextKey?: string;
  readonly contextTemplate?: string;
  readonly dataKey?: string;
  readonly dataTemplate?: string;
  /** Where nothing is found. */
  readonly value?: string;
  readonly useRawData?: boolean;
}

export interface RetryStrategy {
  /** All attempts, the first one included. */
  readonly steps?: number;
  /** Go duration, or nanoseconds. */
  readonly duration?: string | number;
  readonly factor?: number;
  readonly jitter?: number;
}

export interface SensorStatus {
  readonly conditions?: readonly Condition[];
  /** The last events, newest first: what became of each and why. */
  readonly recentEvents?: readonly EventFate[];
}

export interface EventFate {
  readonly eventId: string;
  readonly trigger: string;
  readonly time: string;
  readonly fate: "Triggered" | "NotMatched" | "Waiting" | "Failed";
  /** What was made, or why nothing was. */
  readonly message: string;
}
