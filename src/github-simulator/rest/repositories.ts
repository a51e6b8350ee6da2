// Repositories, their collaborators' permissions, accounts, and the rate limit.

import { showRepository } from "../facts/table-facts.ts";
import type { Role, User } from "../state/rows.ts";
import { repositoryFacts } from "../facts/table-facts.ts";
import { viewFullRepository, viewRolePermissions } from "../views/view-repository.ts";
import { viewProfile, viewUser } from "../views/view-user.ts";
import { notFound } from "./refusal.ts";
import type { RateLimits } from "./rate-limits.ts";
import {
  json,
  page,
  param,
  plainRoute,
  reads,
  type RepositoryCall,
  repositoryRoute,
  type Reply,
  type Route,
} from "./route.ts";

const EVERYBODY = ["app", "installation", "user"] as const;

export const repositoryRoutes: readonly Route[] = [
  repositoryRoute("GET", "/repos/{owner}/{repo}", reads("metadata"), (call) => {
    const { world, repository } = call;
    return json(viewFullRepository(world.urls, repository, repositoryFacts(world, repository), callerRole(call)));
  }),
  repositoryRoute("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", reads("metadata"), permission),
  plainRoute("GET", "/users/{username}", EVERYBODY, (call) => {
    const user = call.world.state.userByLogin(param(call, "username"));
    if (user === undefined) {
      throw notFound();
    }
    return json(viewProfile(call.world.urls, user, "2026-01-01T00:00:00Z"));
  }),
  plainRoute("GET", "/user", ["user"], (call) =>
    json(viewProfile(call.world.urls, call.actor.user, "2026-01-01T00:00:00Z")),
  ),
  plainRoute("GET", "/user/repos", ["user"], (call) => {
    const { state } = call.world;
    const { user } = call.actor;
    const rows = state.repositories.filter(
      (repository) => repository.owner === user || repository.collaborators.has(user.login.toLowerCase()),
    );
    return page(rows, (row) => showRepository(call.world, row));
  }),
];

/** `GET /rate_limit`, which costs nothing. */
export function rateLimitRoute(rateLimits: RateLimits): Route {
  return plainRoute("GET", "/rate_limit", EVERYBODY, (call) => {
    rateLimits.refund(call.principal);
    const core = rateLimits.state(call.principal);
    return json({ resources: { core, graphql: core, search: core }, rate: core });
  });
}

function callerRole(call: RepositoryCall): Role {
  return call.principal.kind === "user" ? call.world.state.roleOf(call.principal.user, call.repository) : "read";
}

function permission(call: RepositoryCall): Reply {
  const user = call.world.state.userByLogin(param(call, "username"));
  if (user === undefined) {
    throw notFound();
  }
  const role = call.world.state.roleOf(user, call.repository);
  return json({ permission: legacyPermission(role), role_name: role, user: viewCollaborator(call, user, role) });
}

/** `permission` knows only four words; `role_name` tells the role. */
function legacyPermission(role: Role): string {
  switch (role) {
    case "maintain":
      return "write";
    case "triage":
      return "read";
    case "none":
    case "read":
    case "write":
    case "admin":
      return role;
  }
}

function viewCollaborator(call: RepositoryCall, user: User, role: Role): Record<string, unknown> {
  return { ...viewUser(call.world.urls, user), role_name: role, permissions: viewRolePermissions(role) };
}
