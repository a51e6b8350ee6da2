// EventSource (argoproj.io/v1alpha1): where events come from. The fields that the engine reads; the table of all fields
// is argo/event-source/supported-event-source-fields.ts.
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "./object-meta.ts";

export interface EventSource extends KubernetesObject {
  readonly spec: EventSourceSpec;
  readonly status?: EventSourceStatus;
}

export interface EventSourceSpec {
  /** By event name. */
  readonly github?: Readonly<Record<string, GithubEventSource>>;
}

export interface GithubEventSource {
  readonly webhook: WebhookContext;
  readonly events?: readonly string[];
  /** Absent: signatures are not checked. */
  readonly webhookSecret?: SecretKey;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly filter?: { readonly expression: string };
}

export interface WebhookContext {
  /** The path, with its leading slash. */
  readonly endpoint: string;
  /** A number as text. */
  readonly port: string;
  /** Bytes; Argo's default is 1 MiB. */
  readonly maxPayloadSize?: number;
}

export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

export interface EventSourceStatus {
  readonly conditions?: readonly Condition[];
}
