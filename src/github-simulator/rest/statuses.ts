// Commit statuses, single and combined.

import { z } from "zod";

import type { CommitStatus } from "../state/check-rows.ts";
import { fullName } from "../state/state.ts";
import { repositoryApi } from "../views/urls.ts";
import { viewSimpleStatus, viewStatus } from "../views/view-check.ts";
import { viewMinimalRepository } from "../views/view-repository.ts";
import { emitStatus } from "../webhooks/commit-events.ts";
import { timestamp } from "../world.ts";
import { commitOf } from "./checks.ts";
import { Refusal } from "./refusal.ts";
import {
  json,
  page,
  param,
  parseBody,
  reads,
  type Reply,
  type RepositoryCall,
  repositoryRoute,
  type Route,
  writes,
} from "./route.ts";

export const statusRoutes: readonly Route[] = [
  repositoryRoute("POST", "/repos/{owner}/{repo}/statuses/{sha}", writes("statuses"), createStatus),
  repositoryRoute("GET", "/repos/{owner}/{repo}/commits/{ref}/status", reads("statuses"), combined),
  repositoryRoute("GET", "/repos/{owner}/{repo}/commits/{ref}/statuses", reads("statuses"), async (call) => {
    const rows = await statusesOf(call);
    return page(rows.toReversed(), (status) => viewStatus(call.world.urls, status));
  }),
];

const newStatus = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  target_url: z.string().nullable().default(null),
  description: z.string().nullable().default(null),
  context: z.string().default("default"),
});

async function createStatus(call: RepositoryCall): Promise<Reply> {
  const { world, repository } = call;
  const sha = param(call, "sha");
  const request = parseBody(call, "Status", newStatus);
  if (!/^[0-9a-f]{40}$/.test(sha) || (await call.git.commit(sha)) === undefined) {
    throw new Refusal(422, `No commit found for SHA: ${sha}`);
  }
  const status = world.state.statuses.insert((id) => ({
    id,
    repository,
    sha,
    creator: call.actor.user,
    state: request.state,
    targetUrl: request.target_url,
    description: request.description,
    context: request.context,
    createdAt: timestamp(world.clock),
  }));
  world.effects.record({
    actor: call.actor.user.login,
    kind: "status.created",
    repository: fullName(repository),
    subject: `status ${status.context}`,
    detail: { head: sha, state: status.state, description: status.description, targetUrl: status.targetUrl },
  });
  await emitStatus(world, status);
  return json(viewStatus(world.urls, status), 201);
}

async function statusesOf(call: RepositoryCall): Promise<readonly CommitStatus[]> {
  const sha = await commitOf(call);
  return call.world.state.statuses.filter((row) => row.repository === call.repository && row.sha === sha);
}

/** The latest status of each context, and the one word for all of them. */
async function combined(call: RepositoryCall): Promise<Reply> {
  const { urls } = call.world;
  const sha = await commitOf(call);
  const latest = [...new Map((await statusesOf(call)).map((status) => [status.context, status])).values()];
  const repository = repositoryApi(urls, call.repository);
  return json({
    state: combinedState(latest),
    statuses: latest.map((status) => viewSimpleStatus(urls, status)),
    sha,
    total_count: latest.length,
    repository: viewMinimalRepository(urls, call.repository),
    commit_url: `${repository}/commits/${sha}`,
    url: `${repository}/commits/${sha}/status`,
  });
}

function combinedState(latest: readonly CommitStatus[]): string {
  if (latest.some((status) => status.state === "error" || status.state === "failure")) {
    return "failure";
  }
  const isSuccess = latest.length > 0 && latest.every((status) => status.state === "success");
  return isSuccess ? "success" : "pending";
}
