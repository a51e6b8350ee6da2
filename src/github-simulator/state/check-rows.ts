// Rows of what is known about a commit: checks, statuses, deployments, Actions runs; and the log of deliveries.

import type { Actor, App, CiCommand, Repository, User } from "./rows.ts";

export type CheckStatus = "queued" | "in_progress" | "completed";
export type CheckConclusion =
  | "success"
  | "failure"
  | "neutral"
  | "cancelled"
  | "skipped"
  | "timed_out"
  | "action_required";

export interface CheckSuite {
  readonly id: number;
  readonly repository: Repository;
  readonly app: App;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: string;
  updatedAt: string;
  /** Asked to run again, and nothing was reported since. */
  isRerequested: boolean;
}

export interface CheckRunOutput {
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: readonly CheckAnnotation[];
}

export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: "notice" | "warning" | "failure";
  readonly message: string;
  readonly title: string | null;
  readonly raw_details: string | null;
}

export interface CheckRun {
  readonly id: number;
  readonly suite: CheckSuite;
  readonly createdAt: string;
  name: string;
  externalId: string;
  detailsUrl: string | null;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  startedAt: string;
  completedAt: string | null;
  output: CheckRunOutput;
}

export interface CommitStatus {
  readonly id: number;
  readonly repository: Repository;
  readonly sha: string;
  readonly creator: User;
  readonly state: "error" | "failure" | "pending" | "success";
  readonly targetUrl: string | null;
  readonly description: string | null;
  readonly context: string;
  readonly createdAt: string;
}

export interface Deployment {
  readonly id: number;
  readonly repository: Repository;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly creator: Actor;
  readonly createdAt: string;
  updatedAt: string;
}

export type DeploymentState = "error" | "failure" | "inactive" | "in_progress" | "queued" | "pending" | "success";

export interface DeploymentStatus {
  readonly id: number;
  readonly deployment: Deployment;
  readonly state: DeploymentState;
  readonly creator: Actor;
  readonly description: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly createdAt: string;
}

export interface Workflow {
  readonly id: number;
  readonly repository: Repository;
  readonly command: CiCommand;
  readonly name: string;
  readonly path: string;
  readonly createdAt: string;
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflow: Workflow;
  readonly suite: CheckSuite;
  readonly runNumber: number;
  readonly actor: User;
  readonly headBranch: string;
  readonly createdAt: string;
  /** The first, and one more for each time that somebody asked to run it again. */
  readonly attempts: [WorkflowAttempt, ...WorkflowAttempt[]];
}

export interface WorkflowAttempt {
  /** Counted from 1. */
  readonly number: number;
  readonly job: CheckRun;
  /** Who caused it: the pusher, then whoever asked to run it again. */
  readonly actor: User;
  readonly startedAt: string;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  updatedAt: string;
  log: string;
}

export function latestAttempt(run: WorkflowRun): WorkflowAttempt {
  return run.attempts.at(-1) ?? run.attempts[0];
}

/** One attempt to deliver an event. A redelivery is a new row with the same guid. */
export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly repository: Repository | null;
  readonly installationId: number | null;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The exact text that was signed. */
  readonly body: string;
  durationSeconds: number;
  status: string;
  /** 0 when no answer came. */
  statusCode: number;
  responseHeaders: Readonly<Record<string, string>>;
  responseBody: string;
}
