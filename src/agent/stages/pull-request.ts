// The pull request of a branch: found by its head, opened as a draft, labelled. Its text holds facts only.
import { z } from "zod";
import { PlatformError } from "../../platform/errors.ts";
import { LABELS } from "../../resources/run-identity.ts";
import { findPullRequest } from "../admission/github-facts.ts";
import { repositoryName, type StageContainer } from "../container.ts";
import type { Prepared } from "../prepared.ts";

export interface PublishedPullRequest {
  readonly number: number;
  readonly url: string;
}

const createdShape = z.object({ number: z.number(), html_url: z.string() });

/** Of a branch that has commits of its own: without any, GitHub opens none. */
export async function keepPullRequest(container: StageContainer, prepared: Prepared): Promise<PublishedPullRequest> {
  const { run, api } = container;
  const repository = repositoryName(run);
  const found = await findPullRequest(api, repository, { branch: prepared.branch });
  if (found !== undefined) {
    await addLabels(container, found.number, found.labels);
    return { number: found.number, url: found.url };
  }
  const created = await open(container, prepared);
  await addLabels(container, created.number, []);
  return created;
}

async function open(container: StageContainer, prepared: Prepared): Promise<PublishedPullRequest> {
  const { run, api, log } = container;
  const pull = {
    title: prepared.title,
    head: prepared.branch,
    base: prepared.baseBranch,
    body: bodyOf(container),
    maintainer_can_modify: true,
  };
  const path = `/repos/${repositoryName(run)}/pulls`;
  try {
    return parseCreated(await api.send("POST", path, { ...pull, draft: true }));
  } catch (error) {
    // Some plans have no drafts and answer 422 for them.
    if (!(error instanceof PlatformError) || error.code !== "Invalid" || !/draft/i.test(error.message)) throw error;
    log.write("warn", "this repository has no draft pull requests; opened as ready for review");
    return parseCreated(await api.send("POST", path, pull));
  }
}

function parseCreated(answer: unknown): PublishedPullRequest {
  const { number, html_url: url } = createdShape.parse(answer);
  return { number, url };
}

function bodyOf({ run }: StageContainer): string {
  const issue = run.identity.issue === undefined ? [] : [`Closes #${run.identity.issue}.`, ""];
  return [
    ...issue,
    "Opened by Runyard. What has been checked stands in the check runs `runyard/…` of the head, and nowhere else.",
    "",
    `Task ${run.taskId} · run \`${run.namespace}/${run.name}\`${run.workflow === undefined ? "" : ` · workflow \`${run.workflow}\``}`,
  ].join("\n");
}

async function addLabels({ run, api }: StageContainer, number: number, present: readonly string[]): Promise<void> {
  const task = run.kind === "DocsRun" ? [] : [`task-${run.taskId}`];
  const workflow = run.workflow === undefined ? [] : [`run-${run.workflow}`];
  // GitHub's limit for a label's name.
  const wanted = [...task, ...workflow, `${LABELS.service}-${run.service}`].map((label) => label.slice(0, 50));
  const missing = wanted.filter((label) => !present.includes(label));
  if (missing.length > 0)
    await api.send("POST", `/repos/${repositoryName(run)}/issues/${number}/labels`, { labels: missing });
}
