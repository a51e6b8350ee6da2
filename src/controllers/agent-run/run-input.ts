// What a CodeRun or DocsRun asks for, checked: the one place where their specs are read. A wrong field is refused with
// its path and the fix, and the run fails for it instead of starting something half-understood.
import type { AgentProfile, Configuration } from "../../configuration/configuration.ts";
import type { RepositoryAddress, RunTrigger } from "../../configuration/run-file.ts";
import type { CodeRun } from "../../resources/code-run.ts";
import type { DocsRun } from "../../resources/docs-run.ts";
import { ANNOTATIONS, readRunIdentity, type RunIdentity } from "../../resources/run-identity.ts";
import { readRequirements, type Requirements } from "./requirements.ts";

export interface RunInput {
  readonly identity: RunIdentity;
  readonly taskId: number;
  readonly service: string;
  readonly repository: RepositoryAddress;
  readonly docs: { readonly repository: RepositoryAddress; readonly directory: string; readonly branch: string };
  readonly includeCodebase: boolean;
  readonly workingDirectory: string;
  readonly profile: AgentProfile;
  readonly model: string;
  readonly contextVersion: number;
  readonly continueSession: boolean;
  readonly overwriteMemory: boolean;
  readonly requirements: Requirements;
  readonly trigger: RunTrigger | undefined;
}

export type ReadInput =
  | { readonly kind: "input"; readonly input: RunInput }
  | { readonly kind: "invalid"; readonly problem: string };

export type AgentRun = CodeRun | DocsRun;

/** Reads the spec of a run against the configuration. */
export function readRunInput(run: AgentRun, configuration: Configuration): ReadInput {
  try {
    return {
      kind: "input",
      input: isCodeRun(run) ? codeRunInput(run, configuration) : docsRunInput(run, configuration),
    };
  } catch (error) {
    if (error instanceof InvalidSpec) return { kind: "invalid", problem: error.message };
    throw error;
  }
}

class InvalidSpec extends Error {}

export function isCodeRun(run: AgentRun): run is CodeRun {
  return run.kind === "CodeRun";
}

function codeRunInput(run: CodeRun, configuration: Configuration): RunInput {
  const { spec } = run;
  const identity = readRunIdentity(run);
  requireTokens(spec.cliConfig?.maxTokens);
  return {
    identity,
    taskId: spec.taskId,
    service: spec.service,
    repository: addressOf(spec.repositoryUrl, "spec.repositoryUrl"),
    docs: {
      repository: addressOf(spec.docsRepositoryUrl, "spec.docsRepositoryUrl"),
      directory: folderOf(spec.docsProjectDirectory ?? ".", "spec.docsProjectDirectory"),
      branch: spec.docsBranch ?? "main",
    },
    includeCodebase: true,
    workingDirectory: folderOf(spec.workingDirectory ?? ".", "spec.workingDirectory"),
    profile: withCli(profileOf(spec.githubApp, identity, configuration), spec.cliConfig?.cliType),
    model: rotatedModel(run, configuration),
    contextVersion: spec.contextVersion ?? 1,
    continueSession: spec.continueSession === true || (run.status?.retryCount ?? 0) > 0,
    overwriteMemory: spec.overwriteMemory === true,
    requirements: requirementsOf(run, configuration),
    trigger: triggerOf(run),
  };
}

function docsRunInput(run: DocsRun, configuration: Configuration): RunInput {
  const { spec } = run;
  const identity = readRunIdentity(run);
  const repository = addressOf(spec.repositoryUrl, "spec.repositoryUrl");
  const profile = profileOf(spec.githubApp, identity, configuration);
  const directory = folderOf(spec.workingDirectory, "spec.workingDirectory");
  return {
    identity: { ...identity, baseBranch: identity.baseBranch ?? spec.sourceBranch },
    taskId: 0,
    service: repository.name,
    repository,
    docs: { repository, directory, branch: spec.sourceBranch },
    includeCodebase: spec.includeCodebase === true,
    workingDirectory: directory,
    profile,
    model: modelOf(spec.model ?? profile.model, configuration, "spec.model"),
    contextVersion: 1,
    continueSession: false,
    overwriteMemory: false,
    requirements: { environment: {}, secrets: [] },
    trigger: { kind: "docs" },
  };
}

/** `org/repo`, or an https address of it with or without `.git`. */
export function addressOf(url: string, path: string): RepositoryAddress {
  const match = /^(?:https?:\/\/[^/]+\/)?([A-Za-z0-9-]+)\/([A-Za-z0-9._-]+?)(?:\.git)?\/?$/.exec(url);
  const [, owner, name] = match ?? [];
  if (owner === undefined || name === undefined || name === "." || name === "..") {
    throw new InvalidSpec(`${path}: "${url}" is no repository; write org/repo or https://host/org/repo`);
  }
  return { owner, name };
}

/** A folder of the repository: without a slash at either end, `.` for the root. */
function folderOf(text: string, path: string): string {
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || /\p{Cc}/u.test(text)) {
    throw new InvalidSpec(`${path}: "${text}" is no folder of the repository; write one from its root, or .`);
  }
  return parts.length === 0 ? "." : parts.join("/");
}

function profileOf(app: string | undefined, identity: RunIdentity, { agents }: Configuration): AgentProfile {
  if (app === undefined || app === "") {
    throw new InvalidSpec(
      "spec.githubApp: is required; personal tokens (githubUser) are not used. Name the githubApp of an agent",
    );
  }
  const ofApp = agents.filter((agent) => agent.githubApp.toLowerCase() === app.toLowerCase());
  const profile = ofApp.find((agent) => agent.role === identity.stage) ?? ofApp[0];
  if (profile === undefined) {
    const known = [...new Set(agents.map((agent) => agent.githubApp))].join(", ");
    throw new InvalidSpec(`spec.githubApp: "${app}" is no agent of values.yaml; known are ${known}`);
  }
  return profile;
}

function withCli(profile: AgentProfile, cliType: string | undefined): AgentProfile {
  if (cliType === undefined) return profile;
  const cli = cliType.toLowerCase();
  if (cli === "codex" || cli === "claude") return { ...profile, cli };
  throw new InvalidSpec(`spec.cliConfig.cliType: "${cliType}" is not supported; use codex or claude`);
}

/** The model of the attempt: the run's own first, then those of cliConfig.modelRotation, one after the other. */
function rotatedModel({ spec, status }: CodeRun, configuration: Configuration): string {
  const { model = spec.model, modelRotation = [] } = spec.cliConfig ?? {};
  const first = modelOf(model, configuration, "spec.model");
  const others = modelRotation.map((name, index) =>
    modelOf(name, configuration, `spec.cliConfig.modelRotation[${index}]`),
  );
  const { contextVersion = 1, retryCount = 0 } = status ?? {};
  return [first, ...others][(contextVersion - 1 + retryCount) % (others.length + 1)] ?? first;
}

/** The gateway keeps to it; what no call could keep to is refused here. */
function requireTokens(maxTokens: number | undefined): void {
  if (maxTokens === undefined || maxTokens >= 1) return;
  throw new InvalidSpec(`spec.cliConfig.maxTokens: ${maxTokens} is too small; write 1 or more`);
}

function modelOf(model: string, { models }: Configuration, path: string): string {
  if (models.some((route) => route.name === model)) return model;
  throw new InvalidSpec(
    `${path}: "${model}" is not in models of values.yaml; known are ${models.map((it) => it.name).join(", ")}`,
  );
}

function requirementsOf(run: CodeRun, configuration: Configuration): Requirements {
  const { spec } = run;
  // An empty text is sent by existing templates where there are no requirements; it must not switch env off.
  if (spec.taskRequirements === undefined || spec.taskRequirements === "") {
    const secrets = (spec.envFromSecrets ?? []).map((it) => ({
      secret: it.secretName,
      key: it.secretKey,
      name: it.name,
    }));
    return allowed({ environment: spec.env ?? {}, secrets }, configuration, "spec.envFromSecrets");
  }
  const read = readRequirements(spec.taskRequirements);
  if (typeof read === "string") throw new InvalidSpec(`spec.taskRequirements: ${read}`);
  return allowed(read, configuration, "spec.taskRequirements.secrets");
}

function allowed(requirements: Requirements, configuration: Configuration, path: string): Requirements {
  const refused = requirements.secrets.find((it) => !configuration.requirementSecretsAllowed.includes(it.secret));
  if (refused === undefined) return requirements;
  throw new InvalidSpec(
    `${path}: secret "${refused.secret}" may not be used by runs; the operator allows one in requirementSecretsAllowed of values.yaml`,
  );
}

function triggerOf(run: CodeRun): RunTrigger | undefined {
  const text = run.metadata.annotations?.[ANNOTATIONS.trigger] ?? "";
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as RunTrigger;
  } catch {
    throw new InvalidSpec(`metadata.annotations.${ANNOTATIONS.trigger}: is no JSON`);
  }
}
