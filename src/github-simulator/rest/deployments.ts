// Deployments and their statuses.

import { z } from "zod";

import type { Deployment } from "../state/check-rows.ts";
import { fullName } from "../state/state.ts";
import { viewDeployment, viewDeploymentStatus } from "../views/view-actions.ts";
import { emitDeployment, emitDeploymentStatus } from "../webhooks/commit-events.ts";
import { timestamp } from "../world.ts";
import { notFound, Refusal } from "./refusal.ts";
import {
  json,
  numberParam,
  page,
  parseBody,
  reads,
  type Reply,
  type RepositoryCall,
  repositoryRoute,
  type Route,
  writes,
} from "./route.ts";

const DEPLOYMENTS = "/repos/{owner}/{repo}/deployments";
const DEPLOYMENT = `${DEPLOYMENTS}/{deployment_id}`;

export const deploymentRoutes: readonly Route[] = [
  repositoryRoute("GET", DEPLOYMENTS, reads("deployments"), listDeployments),
  repositoryRoute("POST", DEPLOYMENTS, writes("deployments"), createDeployment),
  repositoryRoute("GET", DEPLOYMENT, reads("deployments"), (call) =>
    json(viewDeployment(call.world.urls, wantedDeployment(call))),
  ),
  repositoryRoute("GET", `${DEPLOYMENT}/statuses`, reads("deployments"), (call) => {
    const deployment = wantedDeployment(call);
    const rows = call.world.state.deploymentStatuses.filter((row) => row.deployment === deployment);
    return page(rows.toReversed(), (row) => viewDeploymentStatus(call.world.urls, row));
  }),
  repositoryRoute("POST", `${DEPLOYMENT}/statuses`, writes("deployments"), createDeploymentStatus),
];

/** Filters: sha, ref, task, environment. Newest first. */
function listDeployments(call: RepositoryCall): Reply {
  const { query } = call;
  const matches = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  const rows = call.world.state.deployments.filter(
    (row) =>
      row.repository === call.repository &&
      matches("sha", row.sha) &&
      matches("ref", row.ref) &&
      matches("task", row.task) &&
      matches("environment", row.environment),
  );
  return page(rows.toReversed(), (row) => viewDeployment(call.world.urls, row));
}

const newDeployment = z.object({
  ref: z.string().min(1),
  task: z.string().default("deploy"),
  environment: z.string().default("production"),
  description: z.string().nullable().default(null),
  payload: z.union([z.record(z.string(), z.unknown()), z.literal("").transform(() => ({}))]).default({}),
});

async function createDeployment(call: RepositoryCall): Promise<Reply> {
  const { world, repository, actor } = call;
  const request = parseBody(call, "Deployment", newDeployment);
  const sha = await call.git.commitSha(request.ref);
  if (sha === undefined) {
    throw new Refusal(422, `No ref found for: ${request.ref}`);
  }
  const now = timestamp(world.clock);
  const deployment = world.state.deployments.insert((id) => ({
    ...request,
    id,
    repository,
    sha,
    creator: actor,
    createdAt: now,
    updatedAt: now,
  }));
  world.effects.record({
    actor: actor.user.login,
    kind: "deployment.created",
    repository: fullName(repository),
    subject: `deployment ${request.environment}`,
    detail: { ref: request.ref, head: sha, task: request.task },
  });
  emitDeployment(world, deployment);
  return json(viewDeployment(world.urls, deployment), 201);
}

const newStatus = z.object({
  state: z.enum(["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]),
  description: z.string().default(""),
  environment_url: z.string().default(""),
  log_url: z.string().optional(),
  target_url: z.string().default(""),
});

function createDeploymentStatus(call: RepositoryCall): Reply {
  const { world, actor } = call;
  const deployment = wantedDeployment(call);
  const request = parseBody(call, "DeploymentStatus", newStatus);
  const now = timestamp(world.clock);
  deployment.updatedAt = now;
  const status = world.state.deploymentStatuses.insert((id) => ({
    id,
    deployment,
    state: request.state,
    creator: actor,
    description: request.description,
    environmentUrl: request.environment_url,
    logUrl: request.log_url ?? request.target_url,
    createdAt: now,
  }));
  world.effects.record({
    actor: actor.user.login,
    kind: "deployment.status",
    repository: fullName(call.repository),
    subject: `deployment ${deployment.environment}`,
    detail: { head: deployment.sha, state: status.state, description: status.description },
  });
  emitDeploymentStatus(world, status);
  return json(viewDeploymentStatus(world.urls, status), 201);
}

function wantedDeployment(call: RepositoryCall): Deployment {
  const found = call.world.state.deployments.get(numberParam(call, "deployment_id"));
  if (found === undefined || found.repository !== call.repository) {
    throw notFound();
  }
  return found;
}
