// What every part of the simulator works on, passed explicitly.

import type { Clock } from "../platform/clock.ts";
import type { CallLog } from "./faults/call-log.ts";
import type { EffectLog } from "./faults/effect-log.ts";
import type { Faults } from "./faults/faults.ts";
import type { BareRepository } from "./git/bare-repository.ts";
import type { WorkflowRun } from "./state/check-rows.ts";
import type { App, Repository, User } from "./state/rows.ts";
import type { State } from "./state/state.ts";
import type { Urls } from "./views/urls.ts";
import type { WebhookSender } from "./webhooks/webhook-sender.ts";

/** A branch of a repository that was pushed to. */
export interface BranchPush {
  readonly repository: Repository;
  readonly branch: string;
  readonly before: string | null;
  readonly after: string;
  readonly pusher: User;
}

export interface World {
  readonly state: State;
  readonly clock: Clock;
  readonly urls: Urls;
  readonly effects: EffectLog;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly webhooks: WebhookSender;
  /** Starts the repository's CI command for the pushed commit, if it has one. */
  readonly startCi: (push: BranchPush) => void;
  /** Starts a completed run's command again. */
  readonly restartCi: (run: WorkflowRun, actor: User) => Promise<void>;
  /** The App `github-actions`, which owns the check runs of CI. */
  readonly actionsApp: App;
  readonly requestsPerHour: number;
  readonly tokenFormat: "opaque" | "stateless";
  /** Address at which a log ("jobs/<id>" or "runs/<id>/attempts/<number>") can be downloaded without a token. */
  readonly downloadUrl: (path: string) => string;
  gitOf(repository: Repository): BareRepository;
}

/** The time as GitHub writes it: UTC, whole seconds. */
export function timestamp(clock: Clock, offsetMs = 0): string {
  return `${new Date(clock.now() + offsetMs).toISOString().slice(0, 19)}Z`;
}
