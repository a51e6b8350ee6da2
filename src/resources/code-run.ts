// CodeRun (agents.platform/v1): one run of one agent stage. Wire-compatible with existing manifests;
// the field list is docs/reference/code-run.md, the schema is code-run-schema.ts.
import type { Condition } from "./condition.ts";
import type { Kind } from "./kind.ts";
import type { KubernetesObject } from "./object-meta.ts";
import { CODE_RUN_SCHEMA } from "./code-run-schema.ts";

export interface CodeRunSpec {
  readonly taskId: number;
  readonly service: string;
  /** `org/repo` or an https URL. */
  readonly repositoryUrl: string;
  readonly docsRepositoryUrl: string;
  readonly docsProjectDirectory?: string;
  readonly docsBranch?: string;
  readonly workingDirectory?: string;
  readonly model: string;
  readonly githubUser?: string;
  readonly githubApp?: string;
  readonly localTools?: string;
  readonly remoteTools?: string;
  readonly contextVersion?: number;
  readonly promptModification?: string;
  readonly continueSession?: boolean;
  readonly overwriteMemory?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly envFromSecrets?: readonly {
    readonly name: string;
    readonly secretName: string;
    readonly secretKey: string;
  }[];
  /** Base64 of requirements.yaml. */
  readonly taskRequirements?: string;
  readonly enableDocker?: boolean;
  readonly serviceAccountName?: string;
  readonly cliConfig?: {
    readonly cliType: string;
    readonly model: string;
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly modelRotation?: readonly string[];
  };
}

export type RunPhase = "" | "Pending" | "Running" | "Succeeded" | "Failed";

export interface RunStatus {
  readonly phase?: RunPhase;
  readonly message?: string;
  readonly lastUpdate?: string;
  readonly jobName?: string;
  readonly pullRequestUrl?: string;
  readonly retryCount?: number;
  readonly conditions?: readonly Condition[];
  readonly configmapName?: string;
  readonly contextVersion?: number;
  readonly promptModification?: string;
  readonly promptMode?: string;
  readonly sessionId?: string;
  readonly remediationStatus?: string;
  readonly qaStatus?: string;
  readonly finishedAt?: string;
  readonly expireAt?: string;
  readonly cleanupCompletedAt?: string;
  readonly workCompleted?: boolean;
  readonly observedGeneration?: number;
}

export interface CodeRun extends KubernetesObject {
  readonly spec: CodeRunSpec;
  readonly status?: RunStatus;
}

export const CODE_RUN: Kind<CodeRun> = {
  group: "agents.platform",
  version: "v1",
  kind: "CodeRun",
  plural: "coderuns",
  singular: "coderun",
  shortNames: ["cr"],
  namespaced: true,
  statusSubresource: true,
  generation: "spec",
  schema: CODE_RUN_SCHEMA,
  printerColumns: [
    { name: "Task", type: "integer", jsonPath: ".spec.taskId" },
    { name: "Service", type: "string", jsonPath: ".spec.service" },
    { name: "Model", type: "string", jsonPath: ".spec.model" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
};
