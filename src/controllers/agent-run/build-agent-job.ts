// The Job of one attempt: one pod whose containers run in their order (design section 5), and the ConfigMap beside it.
import type { Configuration } from "../../configuration/configuration.ts";
import {
  AGENT_CONTAINERS,
  DIRECT_EGRESS_VARIABLE,
  GATEWAY_AUTHORITY_FILE,
  RESULT_DIRECTORY,
  RUN_DIRECTORY,
  RUN_FILE,
  SOURCE_DIRECTORY,
  TOKEN_FILE,
  VERIFIED_DIRECTORY,
  WORKSPACE_DIRECTORY,
  type AgentContainer,
  type GatewayAddress,
  type RunFile,
} from "../../configuration/run-file.ts";
import type { ConfigMap } from "../../resources/core.ts";
import type { Job } from "../../resources/job.ts";
import { keyOf, ownerReferenceTo } from "../../resources/object-meta.ts";
import type { Container, Volume, VolumeMount } from "../../resources/pod.ts";
import { LABELS } from "../../resources/run-identity.ts";
import { SECRETS_DIRECTORY } from "./build-run-file.ts";
import type { AgentRun, RunInput } from "./run-input.ts";
import { filesName, labelValue } from "./run-names.ts";

export interface AgentJobParts {
  readonly run: AgentRun;
  readonly input: RunInput;
  readonly file: RunFile;
  readonly jobName: string;
  readonly image: string;
  readonly configuration: Configuration;
  /** Of a cluster. */
  readonly gateway?: GatewayAddress | undefined;
}

/** What clone, setup, gates and publishing may take beside the agent's own time, before the Job's deadline ends it all. */
const MARGIN_SECONDS = 3600;
const GRACE_SECONDS = 30;

/** What a node must have free for an agent. Most of the time it waits for its model; the limit is for its builds. */
const CPU_REQUEST = "100m";
const MEMORY_REQUEST_BYTES = 512 * 1024 * 1024;

/**
 * The attempt fails with its pod, whatever took that; and while there is a policy, no other pod is made before the lost one has
 * really ended.
 */
const POD_FAILURE_POLICY = {
  rules: [{ action: "FailJob", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
} as const;

/** Which volumes a container sees, and whether it may write there. What an agent wrote is data for those after it. */
const MOUNTS: Readonly<
  Record<AgentContainer, readonly (readonly [volume: string, path: string, readOnly: boolean])[]>
> = {
  prepare: [["source", SOURCE_DIRECTORY, false]],
  agent: [
    ["source", SOURCE_DIRECTORY, true],
    ["workspace", WORKSPACE_DIRECTORY, false],
    ["result", RESULT_DIRECTORY, false],
  ],
  verify: [
    ["source", SOURCE_DIRECTORY, true],
    ["result", RESULT_DIRECTORY, true],
    ["verify-workspace", WORKSPACE_DIRECTORY, false],
    ["verified", VERIFIED_DIRECTORY, false],
  ],
  publish: [
    ["source", SOURCE_DIRECTORY, true],
    ["verified", VERIFIED_DIRECTORY, true],
    ["publish-workspace", WORKSPACE_DIRECTORY, false],
  ],
};

/** The ConfigMap that holds run.json. */
export function buildFilesConfigMap(parts: AgentJobParts): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...ownedMetadata(parts, filesName(parts.jobName)) },
    data: {
      [RUN_FILE]: JSON.stringify(parts.file, null, 2),
      ...(parts.gateway === undefined ? {} : { [GATEWAY_AUTHORITY_FILE]: parts.gateway.authority }),
    },
  };
}

export function buildAgentJob(parts: AgentJobParts): Job {
  const containers = AGENT_CONTAINERS.map((name) => container(parts, name));
  const metadata = ownedMetadata(parts, parts.jobName);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: deadlineSeconds(parts),
      podFailurePolicy: POD_FAILURE_POLICY,
      template: {
        metadata: { labels: metadata.labels, annotations: { [LABELS.run]: parts.run.metadata.name } },
        spec: {
          serviceAccountName: "runyard-agent",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          restartPolicy: "Never",
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          initContainers: containers.slice(0, -1),
          containers: containers.slice(-1),
          volumes: volumes(parts),
        },
      },
    },
  };
}

function ownedMetadata({ run, input, file }: AgentJobParts, name: string) {
  const isCode = run.kind === "CodeRun";
  return {
    name,
    namespace: keyOf(run).namespace,
    ownerReferences: [ownerReferenceTo(run)],
    labels: {
      app: "controller",
      component: isCode ? "code-runner" : "docs-generator",
      "job-type": isCode ? "code" : "docs",
      "project-name": labelValue(input.service),
      [isCode ? "github-user" : "github-identity"]: labelValue(input.profile.githubApp),
      "context-version": String(input.contextVersion),
      "task-type": isCode ? "code" : "docs",
      [LABELS.taskId]: String(input.taskId),
      [LABELS.service]: labelValue(input.service),
      [LABELS.stage]: input.identity.stage,
      [LABELS.githubApp]: labelValue(input.profile.githubApp),
      [LABELS.run]: run.metadata.name.slice(0, 63),
      [LABELS.runKind]: run.kind,
      [LABELS.attempt]: String(file.attempt),
      ...(file.workflow === undefined ? {} : { [LABELS.workflow]: file.workflow }),
    },
  };
}

function container(parts: AgentJobParts, name: AgentContainer): Container {
  const { limits } = parts.configuration;
  const secrets = name === "agent" || name === "verify" ? secretMounts(parts) : [];
  return {
    name,
    image: parts.image,
    command: ["/opt/runyard/bin/agent", name],
    env: [
      { name: "HOME", value: "/tmp" },
      // Where a container has no sandbox, these paths are replaced by the host's.
      { name: "RUNYARD_RUN", value: RUN_DIRECTORY },
      { name: "RUNYARD_TOKEN_FILE", value: TOKEN_FILE },
      ...(parts.gateway === undefined ? [] : [{ name: "RUNYARD_GATEWAY_ADDRESS", value: parts.gateway.address }]),
      ...(parts.configuration.directEgress === "allow" ? [{ name: DIRECT_EGRESS_VARIABLE, value: "allow" }] : []),
      ...MOUNTS[name].map(([, path]) => ({ name: `RUNYARD_${path.slice(1).toUpperCase()}`, value: path })),
    ],
    resources: {
      requests: { cpu: CPU_REQUEST, memory: String(Math.min(MEMORY_REQUEST_BYTES, limits.memoryBytes)) },
      limits: { memory: String(limits.memoryBytes) },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "run", mountPath: RUN_DIRECTORY, readOnly: true },
      { name: "tmp", mountPath: "/tmp", subPath: name },
      { name: `token-${name}`, mountPath: "/var/run/secrets/runyard", readOnly: true },
      ...MOUNTS[name].map(([volume, mountPath, readOnly]) => ({ name: volume, mountPath, readOnly })),
      ...secrets,
    ],
  };
}

function secretMounts({ input }: AgentJobParts): readonly VolumeMount[] {
  const names = [...new Set(input.requirements.secrets.map((it) => it.secret))];
  return names.map((secret) => ({
    name: `secret-${secret}`,
    mountPath: `${SECRETS_DIRECTORY}/${secret}`,
    readOnly: true,
  }));
}

function volumes(parts: AgentJobParts): readonly Volume[] {
  const scratch = ["source", "workspace", "result", "verify-workspace", "verified", "publish-workspace", "tmp"];
  const secrets = [...new Set(parts.input.requirements.secrets.map((it) => it.secret))];
  return [
    { name: "run", configMap: { name: filesName(parts.jobName) } },
    ...scratch.map((name) => ({ name, emptyDir: {} })),
    ...AGENT_CONTAINERS.map((role) => tokenVolume(role, deadlineSeconds(parts))),
    ...secrets.map((secret) => ({ name: `secret-${secret}`, projected: { sources: [{ secret: { name: secret } }] } })),
  ];
}

function deadlineSeconds({ configuration }: AgentJobParts): number {
  return configuration.limits.stageWallSeconds + MARGIN_SECONDS;
}

/** A token for the gateway alone, of this role alone, for as long as the pod may live; each container mounts only its own. */
function tokenVolume(role: AgentContainer, expirationSeconds: number): Volume {
  const token = { audience: `runyard-gateway.${role}`, expirationSeconds, path: "token" };
  return { name: `token-${role}`, projected: { sources: [{ serviceAccountToken: token }] } };
}
