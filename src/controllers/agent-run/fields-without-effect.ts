// Fields that existing manifests may hold and that mean nothing here. None is passed over in silence: the run says so.
import type { CodeRunSpec } from "../../resources/code-run.ts";
import { isCodeRun, type AgentRun } from "./run-input.ts";

interface FieldWithoutEffect {
  readonly path: string;
  readonly isSet: (spec: CodeRunSpec) => boolean;
  readonly why: string;
}

const TOOLS = "tools stand in the task's files and in the profile";
const REPLACED = "taskRequirements stands in its place";

const FIELDS: readonly FieldWithoutEffect[] = [
  { path: "githubUser", isSet: ({ githubUser }) => isText(githubUser), why: "personal tokens are not used" },
  { path: "localTools", isSet: ({ localTools }) => isText(localTools), why: TOOLS },
  { path: "remoteTools", isSet: ({ remoteTools }) => isText(remoteTools), why: TOOLS },
  {
    path: "promptModification",
    isSet: ({ promptModification }) => isText(promptModification),
    why: "what is to be done stands in the task",
  },
  {
    path: "serviceAccountName",
    isSet: ({ serviceAccountName }) => isText(serviceAccountName),
    why: "every agent pod runs as runyard-agent, and no run chooses its rights",
  },
  { path: "env", isSet: (spec) => isText(spec.taskRequirements) && !isEmpty(spec.env), why: REPLACED },
  {
    path: "envFromSecrets",
    isSet: (spec) => isText(spec.taskRequirements) && !isEmpty(spec.envFromSecrets),
    why: REPLACED,
  },
  {
    path: "cliConfig.settings",
    isSet: ({ cliConfig }) => !isEmpty(cliConfig?.settings),
    why: "Runyard makes the settings of a coding agent, so that it keeps to the gateway",
  },
  {
    path: "cliConfig.temperature",
    isSet: ({ cliConfig }) => cliConfig?.temperature !== undefined,
    why: "coding agents choose it themselves",
  },
];

/** Each field of the spec that is set and has no effect, with its path and the reason. */
export function fieldsWithoutEffect(run: AgentRun): readonly string[] {
  if (!isCodeRun(run)) return [];
  return FIELDS.filter(({ isSet }) => isSet(run.spec)).map(({ path, why }) => `spec.${path}: ${why}`);
}

function isText(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function isEmpty(value: object | undefined): boolean {
  return Object.keys(value ?? {}).length === 0;
}
