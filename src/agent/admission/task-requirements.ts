// requirements.yaml of the task, from the docs repository into the plan: which secrets its runs need and their
// environment. What it asks for is judged where a run is made of it, by the operator's allow-list.
import { z } from "zod";
import type { RepositoryRule } from "../../configuration/configuration.ts";
import { PlatformError } from "../../platform/errors.ts";
import type { GitHubApi } from "../../platform/github-api.ts";

/** It travels as a parameter of the workflow. */
const REQUIREMENTS_BYTES_MAX = 16 * 1024;

const fileShape = z.object({ type: z.literal("file"), size: z.number(), content: z.string() });

/** The file as base64, as spec.taskRequirements has it; empty where there is none. */
export async function readTaskRequirements(api: GitHubApi, rule: RepositoryRule, task: number): Promise<string> {
  const { docsRepository, docsProjectDirectory, docsBranch } = rule;
  const folder = docsProjectDirectory.split("/").filter((part) => part !== "" && part !== ".");
  const path = [...folder, ".taskmaster", "docs", `task-${task}`, "requirements.yaml"]
    .map(encodeURIComponent)
    .join("/");
  const answer = await api.get(`/repos/${docsRepository}/contents/${path}?ref=${encodeURIComponent(docsBranch)}`);
  const file = fileShape.safeParse(answer).data;
  if (file === undefined) return "";
  if (file.size <= REQUIREMENTS_BYTES_MAX) return file.content.replaceAll(/\s/g, "");
  throw new PlatformError({
    code: "Invalid",
    message: `${docsRepository}/${decodeURIComponent(path)} has ${file.size} bytes, at most ${REQUIREMENTS_BYTES_MAX} are read`,
    hint: "list only what the task needs: secrets by name, and plain environment",
  });
}
