// The commands of the agent program that are steps of a workflow: `admit` and `finish`. Their request stands in the
// environment, as orchestrator-dag.yaml and orchestrator-docs.yaml write it; their answer is output parameters.
import { z } from "zod";
import { CONFIGURATION_CONFIG_MAP, CONFIGURATION_KEY } from "../configuration/build-installation.ts";
import type { Configuration } from "../configuration/configuration.ts";
import { readKeptValues, toConfiguration } from "../configuration/to-configuration.ts";
import { PlatformError } from "../platform/errors.ts";
import type { ResourceReader } from "../platform/resource-store.ts";
import { CONFIG_MAP } from "../resources/core.ts";
import type { AskedAdmission } from "./admission/admission-facts.ts";
import { runAdmission } from "./admission/run-admission.ts";
import { runFinish, type FinishRequest } from "./finish/run-finish.ts";
import type { StepDependencies } from "./step-dependencies.ts";

export type StepName = "admit" | "finish";
type Environment = Readonly<Record<string, string | undefined>>;

/** The outputs of a step by name; PlatformError Invalid when a variable is wrong. Repeatable. */
export async function runStep(
  name: StepName,
  environment: Environment,
  to: StepDependencies,
): Promise<Readonly<Record<string, string>>> {
  if (name === "finish") {
    await runFinish(readFinishRequest(environment), to);
    return {};
  }
  const outputs = await runAdmission(readAdmissionRequest(environment), to);
  to.log.write("info", `${outputs.decision}: ${outputs.reason}`);
  return { ...outputs };
}

/** The configuration that the installation keeps for pods. */
export async function readConfiguration(store: ResourceReader, namespace: string): Promise<Configuration> {
  const found = await store.get(CONFIG_MAP, { namespace, name: CONFIGURATION_CONFIG_MAP });
  const text = found?.data?.[CONFIGURATION_KEY];
  if (text !== undefined) return toConfiguration(readKeptValues(text));
  throw new PlatformError({
    code: "NotFound",
    message: `ConfigMap ${namespace}/${CONFIGURATION_CONFIG_MAP} has no ${CONFIGURATION_KEY}`,
    hint: "install Runyard into this namespace",
  });
}

const empty = z.literal("").transform(() => undefined);
const number = z
  .string()
  .regex(/^\d{1,15}$/, "must be a number")
  .transform(Number);
const maybeNumber = z.union([empty, number]).optional();
const maybeText = z.union([empty, z.string()]).optional();
const repository = z.string().regex(/^[\w.-]+\/[\w.-]+$/, "must be owner/name");

const admissionShape = z.object({
  RUNYARD_WORKFLOW: z.string().min(1),
  RUNYARD_INTENT: z.enum(["task", "comment", "ci", "head", "docs"]),
  RUNYARD_REPOSITORY_ID: maybeNumber,
  RUNYARD_REPOSITORY: repository,
  RUNYARD_OWNER_ID: maybeNumber,
  RUNYARD_NUMBER: maybeNumber,
  RUNYARD_HEAD_SHA: maybeText,
  RUNYARD_LABEL: maybeText,
  RUNYARD_COMMENT_ID: maybeNumber,
  RUNYARD_REVIEW_ID: maybeNumber,
  RUNYARD_ACTOR_ID: maybeNumber,
  RUNYARD_ACTOR: maybeText,
  RUNYARD_TASK_ID: maybeNumber,
  RUNYARD_BRANCH: maybeText,
});

export function readAdmissionRequest(environment: Environment): AskedAdmission {
  const read = readVariables(admissionShape, environment);
  return {
    workflow: read.RUNYARD_WORKFLOW,
    intent: read.RUNYARD_INTENT,
    repositoryId: read.RUNYARD_REPOSITORY_ID,
    repository: read.RUNYARD_REPOSITORY,
    ownerId: read.RUNYARD_OWNER_ID,
    number: read.RUNYARD_NUMBER,
    headSha: read.RUNYARD_HEAD_SHA,
    label: read.RUNYARD_LABEL,
    commentId: read.RUNYARD_COMMENT_ID,
    reviewId: read.RUNYARD_REVIEW_ID,
    actorId: read.RUNYARD_ACTOR_ID,
    actor: read.RUNYARD_ACTOR,
    taskId: read.RUNYARD_TASK_ID,
    branch: read.RUNYARD_BRANCH,
  };
}

const finishShape = z.object({
  RUNYARD_WORKFLOW: z.string().min(1),
  RUNYARD_REPOSITORY: repository,
  RUNYARD_NUMBER: maybeNumber,
  RUNYARD_STATUS: z.string().min(1),
});

export function readFinishRequest(environment: Environment): FinishRequest {
  const read = readVariables(finishShape, environment);
  return {
    workflow: read.RUNYARD_WORKFLOW,
    repository: read.RUNYARD_REPOSITORY,
    number: read.RUNYARD_NUMBER,
    status: read.RUNYARD_STATUS,
  };
}

function readVariables<Shape extends z.ZodType>(shape: Shape, environment: Environment): z.output<Shape> {
  const result = shape.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new PlatformError({
    code: "Invalid",
    message: `this step's environment is wrong: ${problems.join("; ")}`,
    hint: "the pipeline that starts it sets these variables; compare it with the chart's",
  });
}
