// What a caller may do in a repository: scope first (404, as if it did not exist), then permission (403).

import { Refusal } from "../rest/refusal.ts";
import { covers } from "../state/state.ts";
import type { InstallationToken, PermissionLevel, Permissions, Repository, Role } from "../state/rows.ts";
import { roleAtLeast } from "../views/view-repository.ts";
import type { World } from "../world.ts";
import type { Principal } from "./principal.ts";

export interface Need {
  readonly permission: string;
  readonly level: "read" | "write";
}

export interface RepositoryAccess {
  /** One of these suffices for an App. */
  readonly needs: readonly Need[];
  /** What a person needs. */
  readonly role: Role;
}

const LEVELS: readonly PermissionLevel[] = ["read", "write", "admin"];

export function grants(permissions: Permissions, need: Need): boolean {
  const level = permissions[need.permission] ?? (need.permission === "metadata" ? "read" : undefined);
  return level !== undefined && LEVELS.indexOf(level) >= LEVELS.indexOf(need.level);
}

/** Whether a token reaches the repository. A public repository out of scope is out of reach too: stricter than GitHub. */
export function reaches(token: InstallationToken, repository: Repository): boolean {
  const isListed = token.repositories === "all" || token.repositories.has(repository.id);
  return isListed && covers(token.installation, repository);
}

/** The repository, if the caller can see it. Throws a 404 Refusal otherwise, so that its existence stays hidden. */
export function requireVisible(world: World, principal: Principal, name: { owner: string; repo: string }): Repository {
  const repository = world.state.repositoryByName(name.owner, name.repo);
  if (repository === undefined || !isVisible(world, principal, repository)) {
    throw new Refusal(404, "Not Found");
  }
  return repository;
}

function isVisible(world: World, principal: Principal, repository: Repository): boolean {
  switch (principal.kind) {
    case "app":
      return world.state.installationOf(principal.app, repository) !== undefined;
    case "installation":
      return reaches(principal.token, repository);
    case "user":
      return roleAtLeast(world.state.roleOf(principal.user, repository), "read");
  }
}

/** Throws a 403 Refusal unless the caller may do this in the (visible) repository. */
export function requireAllowed(
  world: World,
  principal: Principal,
  repository: Repository,
  access: RepositoryAccess,
): void {
  if (!isAllowed(world, principal, repository, access)) {
    const accepted = access.needs.map((need) => `${need.permission}=${need.level}`).join("; ");
    throw new Refusal(403, refusalFor(principal), { headers: { "x-accepted-github-permissions": accepted } });
  }
}

export function isAllowed(
  world: World,
  principal: Principal,
  repository: Repository,
  access: RepositoryAccess,
): boolean {
  switch (principal.kind) {
    case "app":
      return false;
    case "installation":
      return access.needs.some((need) => grants(principal.token.permissions, need));
    case "user":
      return roleAtLeast(world.state.roleOf(principal.user, repository), access.role);
  }
}

function refusalFor(principal: Principal): string {
  return principal.kind === "user"
    ? "Resource not accessible by personal access token"
    : "Resource not accessible by integration";
}
