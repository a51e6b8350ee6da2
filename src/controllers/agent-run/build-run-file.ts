// run.json of one attempt: everything the containers know. It holds no secret.
import { keyOf, uidOf } from "../../resources/object-meta.ts";
import type { Configuration } from "../../configuration/configuration.ts";
import type { RunFile } from "../../configuration/run-file.ts";
import { LABELS } from "../../resources/run-identity.ts";
import type { AgentRun, RunInput } from "./run-input.ts";

/** Where an allow-listed secret is mounted, read-only. */
export const SECRETS_DIRECTORY = "/var/run/secrets/run";

export function buildRunFile(run: AgentRun, input: RunInput, attempt: number, configuration: Configuration): RunFile {
  const secretFiles = input.requirements.secrets.map(
    ({ secret, key, name }) => [`${name}_FILE`, `${SECRETS_DIRECTORY}/${secret}/${key}`] as const,
  );
  return {
    version: 1,
    kind: run.kind === "DocsRun" ? "DocsRun" : "CodeRun",
    namespace: keyOf(run).namespace,
    name: run.metadata.name,
    uid: uidOf(run),
    attempt,
    identity: input.identity,
    workflow: run.metadata.labels?.[LABELS.workflow],
    taskId: input.taskId,
    service: input.service,
    repository: input.repository,
    docs: input.docs,
    includeCodebase: input.includeCodebase,
    workingDirectory: input.workingDirectory,
    profile: input.profile,
    model: input.model,
    limits: configuration.limits,
    continueSession: input.continueSession,
    overwriteMemory: input.overwriteMemory,
    environment: input.requirements.environment,
    secretFiles: Object.fromEntries(secretFiles),
    mcpServersAllowed: configuration.mcpServersAllowed,
    registries: configuration.registries.map((registry) => registry.name),
    appIds: configuration.agents.map((agent) => agent.appId),
    publishMode: configuration.publishMode,
    trigger: input.trigger,
  };
}
