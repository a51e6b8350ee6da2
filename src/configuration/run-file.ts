// run.json: everything the containers of an agent pod know about their run, written by the CodeRun and DocsRun
// controllers into the run's ConfigMap and read by the agent program. It holds no secret.
import type { RunIdentity } from "../resources/run-identity.ts";
import type { AgentProfile, Limits } from "./configuration.ts";

/** Where the run's ConfigMap is mounted, read-only, in every container of an agent pod. */
export const RUN_DIRECTORY = "/etc/runyard/run";
export const RUN_FILE = "run.json";
/** Where the token of the container's own role is mounted, in that container only. */
export const TOKEN_FILE = "/var/run/secrets/runyard/token";

/** Where the gateway of a cluster is, and what its certificate must be signed by. On one machine a socket leads to it. */
export interface GatewayAddress {
  /** `HOST:PORT`; an address, because agents' pods have no names to ask for. */
  readonly address: string;
  /** PEM. */
  readonly authority: string;
}
/** The authority's file, beside run.json; and the name that the certificate bears, wherever the gateway is. */
export const GATEWAY_AUTHORITY_FILE = "gateway-ca.crt";
export const GATEWAY_SERVER_NAME = "runyard-gateway";

/** Of a container's environment; `allow`: the operator lets agents start whatever way out they have. */
export const DIRECT_EGRESS_VARIABLE = "RUNYARD_DIRECT_EGRESS";

/** Volumes of an agent pod by mount path; who may write is decided by the pod, see build-agent-pod.ts. */
export const SOURCE_DIRECTORY = "/source";
export const WORKSPACE_DIRECTORY = "/workspace";
export const RESULT_DIRECTORY = "/result";
export const VERIFIED_DIRECTORY = "/verified";

/** The containers of an agent pod, in their order. Each has a token for the audience `runyard-gateway.<role>`. */
export const AGENT_CONTAINERS = ["prepare", "agent", "verify", "publish"] as const;
export type AgentContainer = (typeof AGENT_CONTAINERS)[number];

export interface RepositoryAddress {
  readonly owner: string;
  readonly name: string;
}

export interface RunFile {
  readonly version: 1;
  readonly kind: "CodeRun" | "DocsRun";
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** 1 for the first attempt; a lost pod makes the next. */
  readonly attempt: number;
  readonly identity: RunIdentity;
  readonly workflow: string | undefined;
  readonly taskId: number;
  readonly service: string;
  readonly repository: RepositoryAddress;
  readonly docs: { readonly repository: RepositoryAddress; readonly directory: string; readonly branch: string };
  /** DocsRun: whether the code is part of what the agent works from. */
  readonly includeCodebase: boolean;
  /** Folder of the repository in which the agent starts; `.` for its root. */
  readonly workingDirectory: string;
  readonly profile: AgentProfile;
  readonly model: string;
  readonly limits: Limits;
  readonly continueSession: boolean;
  readonly overwriteMemory: boolean;
  /** Plain environment of the run: spec.env and the environment of requirements.yaml. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files of allow-listed secrets: environment name (suffix _FILE) → path. The operator allowed each by name. */
  readonly secretFiles: Readonly<Record<string, string>>;
  readonly mcpServersAllowed: readonly string[];
  readonly registries: readonly string[];
  /** App ids whose check runs count as verdicts. */
  readonly appIds: readonly number[];
  readonly publishMode: "live" | "dry-run";
  /** What started the work, as the annotation runyard.dev/trigger says it. */
  readonly trigger: RunTrigger | undefined;
}

export interface RunTrigger {
  readonly kind: "issue" | "comment" | "review" | "ci" | "head" | "docs" | "submit";
  readonly url?: string;
  /** Ids of what must be answered: comment, review or workflow run. */
  readonly ids?: readonly number[];
  readonly actor?: string;
}

/** What a container leaves as its termination message, as JSON of at most 4096 bytes. The last one that ran decides. */
export interface RunOutcome {
  readonly version: 1;
  readonly container: AgentContainer;
  /** `failed` is an expected ending (a gate, a limit, a refusal); infrastructure trouble is a non-zero exit code instead. */
  readonly result: "passed" | "failed";
  /** CamelCase: Published, NoChange, GateFailed, BudgetExceeded, WallTimeExceeded, IdleTimeExceeded, AgentFailed, Superseded, PatchRefused, … */
  readonly reason: string;
  /** For people: what happened, what it means, what to do next. */
  readonly message: string;
  readonly headSha?: string;
  readonly pullRequest?: number;
  readonly pullRequestUrl?: string;
  readonly checkRunUrl?: string;
  readonly deploymentUrl?: string;
  readonly actionsRunUrls?: readonly string[];
  readonly sessionId?: string;
  readonly agentTurns?: number;
}
