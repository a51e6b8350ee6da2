// prepared.json: what `prepare` found and the later containers of the pod rely on. Written once, into /source, which
// nobody else may write.
import type { RepositoryFile } from "../configuration/repository-file.ts";
import type { Stage } from "../resources/run-identity.ts";
import type { McpServer, TokenUsage } from "./coding-agents/coding-agent.ts";

export const PREPARED_FILE = "prepared.json";
export const REPOSITORY_DIRECTORY = "repository.git";
export const TASK_DIRECTORY = "task";
export const SESSION_DIRECTORY = "session";

export interface Prepared {
  readonly version: 1;
  readonly stage: Stage;
  readonly baseBranch: string;
  readonly baseSha: string;
  readonly branch: string;
  /** The branch's head, or undefined when the run creates it. */
  readonly branchSha: string | undefined;
  /** The same where the branch has commits that the base has not: only there a verdict may stand. */
  readonly ownHead: string | undefined;
  /** Of the pull request, if this run opens one. */
  readonly title: string;
  readonly repositoryFile: RepositoryFile;
  /** Commands of this stage, then of the stages before it. */
  readonly gates: Readonly<Partial<Record<Stage, readonly string[]>>>;
  readonly prompt: string;
  readonly systemPrompt: string;
  readonly mcpServers: Readonly<Record<string, McpServer>>;
  readonly session: { readonly id: string; readonly usage: TokenUsage } | undefined;
  /** Deploy: how the checks that it waits for ended. */
  readonly awaited: AwaitedChecks | undefined;
  readonly deploymentUrl: string | undefined;
  readonly criteria: readonly string[];
  /** Seconds since the epoch: the time of every commit of this run. */
  readonly startedAt: number;
}

export interface AwaitedChecks {
  readonly state: "succeeded" | "failed" | "timed-out";
  readonly failures: readonly { readonly name: string; readonly url: string; readonly log: string }[];
  readonly actionsRunUrls: readonly string[];
}

/** result.json of the agent container: untrusted by all that come after. */
export interface AgentResult {
  readonly version: 1;
  /** The agent ran, and how it ended; undefined when no agent was needed. */
  readonly agent:
    | {
        readonly reason: string;
        readonly message: string;
        readonly finalText: string;
        readonly turns: number;
        readonly sessionId: string | undefined;
        /** Oldest first: what failed here before the agent's next turn. */
        readonly failedGates: readonly FailedGate[];
      }
    | undefined;
  /** What the stage gave up on here; undefined when its gates passed. */
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
}

/** Of one stage: the last so many are told. */
export const FAILED_GATES_MAX = 20;

/** A gate as it failed in the agent's container. */
export interface FailedGate {
  readonly stage: Stage;
  readonly command: string;
  readonly exitCode?: number | undefined;
  /** Turns that the agent had taken by then. */
  readonly turns: number;
}

export interface GateResult {
  readonly stage: Stage;
  readonly command: string;
  readonly passed: boolean;
  readonly exitCode: number | undefined;
  readonly durationMs: number;
  /** The end of its output. */
  readonly output: string;
}

/** verdict.json of the verify container. */
export interface VerifyResult {
  readonly version: 1;
  readonly passed: boolean;
  readonly reason: string;
  readonly message: string;
  readonly gates: readonly GateResult[];
  readonly changed: boolean;
  /** Paths that were taken from the base again because they define a gate. */
  readonly restored: readonly string[];
  readonly agent: AgentResult["agent"];
}

/** ending.json: `prepare` ended as expected, but the stage cannot be done. The later containers do nothing more. */
export interface Ending {
  readonly version: 1;
  readonly reason: string;
  readonly message: string;
  /** Where the failing verdict may stand. */
  readonly ownHead: string | undefined;
}

export const ENDING_FILE = "ending.json";
export const RESULT_FILE = "result.json";
export const PATCH_FILE = "change.patch";
export const VERDICT_FILE = "verdict.json";
