// What every stage container has in hand.
import type { RunFile, RunOutcome } from "../configuration/run-file.ts";
import type { Clock } from "../platform/clock.ts";
import type { EgressList } from "../platform/egress-list.ts";
import type { Files } from "../platform/files.ts";
import type { GitHubApi } from "../platform/github-api.ts";
import type { Log } from "../platform/log.ts";
import type { ProcessRunner } from "../platform/process-runner.ts";
import type { SessionArchive } from "../platform/session-archive.ts";

export interface ContainerDirectories {
  readonly source: string;
  readonly workspace: string;
  readonly result: string;
  readonly verified: string;
}

export interface StageContainer {
  readonly run: RunFile;
  readonly directories: ContainerDirectories;
  readonly runner: ProcessRunner;
  readonly files: Files;
  readonly api: GitHubApi;
  readonly sessions: SessionArchive;
  readonly egress: EgressList;
  readonly clock: Clock;
  readonly log: Log;
  /** Without a slash at the end; `http://127.0.0.1:8080` in a sandbox. */
  readonly gatewayUrl: string;
  /** The token of this container's role. */
  readonly token: string;
  /** What of the container's secrets must not leave it, in every form; see hide-secrets.ts. */
  readonly secretForms: readonly string[];
  /** Executables of the coding agents. */
  readonly binaries: Readonly<Record<"codex" | "claude", string>>;
  /** The PATH that repositories' commands see. */
  readonly path: string;
}

/** An expected ending before the stage's work is done: a refusal, a limit. It becomes the outcome. */
export class StageEnding extends Error {
  readonly reason: string;
  /** A head of ours on which the failing verdict belongs, where one is known. */
  readonly ownHead: string | undefined;
  constructor(reason: string, message: string, ownHead?: string) {
    super(message);
    this.name = "StageEnding";
    this.reason = reason;
    this.ownHead = ownHead;
  }
}

/** `owner/name` of the run's repository. */
export function repositoryName(run: RunFile): string {
  return `${run.repository.owner}/${run.repository.name}`;
}

const OUTCOME_BYTES_MAX = 4096;

/** The outcome as the termination message: JSON of at most 4096 bytes; the message gives way first. */
export function formatOutcome(outcome: RunOutcome): string {
  const text = JSON.stringify(outcome);
  const excess = new TextEncoder().encode(text).length - OUTCOME_BYTES_MAX;
  if (excess <= 0) return text;
  const message = outcome.message.slice(0, Math.max(0, outcome.message.length - excess - 100));
  return JSON.stringify({ ...outcome, message: `${message}…`, actionsRunUrls: outcome.actionsRunUrls?.slice(0, 3) });
}
