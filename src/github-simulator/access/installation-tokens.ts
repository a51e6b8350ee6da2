// Installation tokens: minted for repositories and permissions within the installation's, for one hour.

import { randomBytes } from "node:crypto";

import { Refusal } from "../rest/refusal.ts";
import type { Installation, InstallationToken, Permissions, Repository } from "../state/rows.ts";
import { covers } from "../state/state.ts";
import { withMetadata } from "../views/view-user.ts";
import type { World } from "../world.ts";
import { grants } from "./permissions.ts";

const TOKEN_LIFETIME_MS = 3_600_000;

export interface TokenRequest {
  /** Names within the account. */
  readonly names: readonly string[] | undefined;
  readonly ids: readonly number[] | undefined;
  /** Default: all that the installation has. */
  readonly permissions: Permissions | undefined;
}

/** Throws a 422 Refusal for a repository or permission that the installation lacks. */
export function mintToken(world: World, installation: Installation, request: TokenRequest): InstallationToken {
  const permissions = wantedPermissions(installation, request.permissions);
  const repositories = wantedRepositories(world, installation, request);
  const token: InstallationToken = {
    token: makeToken(world, installation),
    installation,
    permissions: withMetadata(permissions),
    repositories,
    expiresAtMs: world.clock.now() + TOKEN_LIFETIME_MS,
    revoked: false,
  };
  world.state.installationTokens.set(token.token, token);
  return token;
}

export function revokeToken(token: InstallationToken): void {
  token.revoked = true;
}

function wantedPermissions(installation: Installation, wanted: Permissions | undefined): Permissions {
  for (const [permission, level] of Object.entries(wanted ?? {})) {
    if (level === "admin" || !grants(installation.permissions, { permission, level })) {
      throw new Refusal(422, "The permissions requested are not granted to this installation.");
    }
  }
  return wanted ?? installation.permissions;
}

function wantedRepositories(
  world: World,
  installation: Installation,
  request: TokenRequest,
): InstallationToken["repositories"] {
  if (request.names === undefined && request.ids === undefined) {
    return installation.repositories;
  }
  const { state } = world;
  const found: (Repository | undefined)[] = [
    ...(request.names ?? []).map((name) => state.repositoryByName(installation.account.login, name)),
    ...(request.ids ?? []).map((id) => state.repositories.get(id)),
  ];
  const ids = new Set<number>();
  for (const repository of found) {
    if (repository === undefined || !covers(installation, repository)) {
      throw new Refusal(
        422,
        "There is at least one repository that does not exist or is not accessible to the parent installation.",
      );
    }
    ids.add(repository.id);
  }
  return ids;
}

function makeToken(world: World, installation: Installation): string {
  if (world.tokenFormat === "opaque") {
    return `ghs_${randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "x")}`;
  }
  // The newer form carries a JWT: some 520 characters with dots, dashes and underscores.
  const parts = [36, 200, 128].map((size) => randomBytes(size).toString("base64url"));
  return `ghs_${installation.app.id}_${parts.join(".")}`;
}
