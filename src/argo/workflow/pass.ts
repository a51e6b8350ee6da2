// What every part of one decision shares: the workflow, its tree of nodes, what is known, and what shall be done.
import type { LanguageSources } from "../../languages/go-value.ts";
import type { Arguments, ExportedParameter, NodeStatus, Template, WorkflowSpec } from "../../resources/workflow.ts";
import type { Action } from "./actions.ts";
import type { CallReference } from "./call-reference.ts";
import type { Facts, Need } from "./facts.ts";
import type { NodeTree } from "./node-tree.ts";
import type { PassLocks } from "./pass-locks.ts";
import type { TemplateLookup, TemplateSource } from "./template-lookup.ts";
import type { VariableMap } from "./variables.ts";

export interface Pass {
  readonly workflow: WorkflowIdentity;
  /** Where the entry point, hooks and the exit handler are looked up. */
  readonly source: TemplateSource;
  /** With global variables replaced, but for `templates`. */
  readonly spec: WorkflowSpec;
  readonly nodes: NodeTree;
  readonly globals: VariableMap;
  /** Parameters exported with `globalName`, by name. */
  readonly outputs: Map<string, ExportedParameter>;
  readonly templates: TemplateLookup;
  readonly locks: PassLocks;
  readonly facts: Facts;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly sources: LanguageSources;
  /** When `activeDeadlineSeconds` of the workflow ends, milliseconds. */
  readonly deadline: number | undefined;
  readonly agenda: Agenda;
  execute(execution: TemplateExecution): Execution;
}

export interface WorkflowIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly priority: number;
  /** Milliseconds. */
  readonly createdAt: number;
}

/** What shall happen after the decision. */
export interface Agenda {
  readonly actions: Action[];
  /** Facts without which the decision is not complete, beside those that stop it at once. */
  readonly needs: Need[];
  /** Nodes whose pod is created in this pass. */
  readonly startedNodes: Set<string>;
  /** Pods that counted as active when the pass began, and those started since; only with `spec.parallelism`. */
  activePodCount: number;
  depth: number;
  /** Look again then even if nothing changes, milliseconds. */
  wakeAt: number | undefined;
  /** A variable of another step is not there yet: look again soon. */
  isRequeued: boolean;
}

/** A template that shall run as a node, or go on doing so. */
export interface TemplateExecution {
  readonly nodeName: string;
  readonly call: CallReference;
  /** Where the call's names are looked up. */
  readonly source: TemplateSource;
  readonly arguments: Arguments;
  readonly boundary?: Boundary;
  /** Part of an exit handler: goes on while the workflow is stopped. */
  readonly isOnExit: boolean;
  readonly nodeFlag?: { readonly hooked?: boolean; readonly retried?: boolean };
}

/** The steps or DAG node that a child belongs to, with its template as it was found. */
export interface Boundary {
  readonly id: string;
  readonly template: Template;
}

/** A template that was found and got its inputs. */
export interface TemplateRun {
  readonly execution: TemplateExecution;
  /** After substitution. */
  readonly template: Template;
}

/** A steps or DAG template. */
export interface GroupExecution extends TemplateRun {
  /** As it was found: other steps' tags are still in it. */
  readonly declared: Template;
  /** Where its own calls are looked up. */
  readonly source: TemplateSource;
}

export type Execution =
  | { readonly kind: "node"; readonly node: NodeStatus }
  /** Not now: no node may have been made. */
  | { readonly kind: "parallelismReached"; readonly node: NodeStatus | undefined }
  | { readonly kind: "timeout"; readonly node: NodeStatus }
  /** The node carries the message too. */
  | { readonly kind: "error"; readonly node: NodeStatus; readonly message: string };

export function wakeAt(pass: Pass, time: number): void {
  const { agenda } = pass;
  if (agenda.wakeAt === undefined || time < agenda.wakeAt) agenda.wakeAt = time;
}

/** True when nothing of this kind may start any more. */
export function isShutDown(pass: Pass, isOnExit: boolean): boolean {
  const { shutdown } = pass.spec;
  return shutdown === "Terminate" || (shutdown === "Stop" && !isOnExit);
}

/** The time of a stored timestamp, milliseconds; undefined when it is absent. */
export function timeOf(timestamp: string | undefined): number | undefined {
  return timestamp === undefined ? undefined : Date.parse(timestamp);
}
