// Installations of Apps: made, taken away, and given more or fewer repositories.

import type { InstallationOptions } from "../simulator-options.ts";
import { buildInstallation } from "../state/build-rows.ts";
import type { App, Installation, Repository, User } from "../state/rows.ts";
import { covers } from "../state/state.ts";
import { emitInstallation, emitInstallationRepositories } from "../webhooks/installation-events.ts";
import { timestamp, type World } from "../world.ts";

export function install(world: World, app: App, options: InstallationOptions): Installation {
  const installation = buildInstallation(world.state, app, options, timestamp(world.clock));
  record(world, installation, { verb: "created", actor: installation.account });
  emitInstallation(world, installation, "created", installation.account);
  return installation;
}

/** Its tokens are worth nothing from now on. */
export function uninstall(world: World, installation: Installation, sender: User): void {
  const { state } = world;
  state.installations.delete(installation.id);
  for (const token of state.installationTokens.values()) {
    token.revoked ||= token.installation === installation;
  }
  record(world, installation, { verb: "deleted", actor: sender });
  emitInstallation(world, installation, "deleted", sender);
}

/** Does nothing when the installation reaches the repository already. */
export function addRepository(world: World, installation: Installation, repository: Repository, sender: User): void {
  if (covers(installation, repository) || installation.repositories === "all") {
    return;
  }
  installation.repositories = new Set([...installation.repositories, repository.id]);
  record(world, installation, { verb: "repository_added", actor: sender, repository });
  emitInstallationRepositories(world, installation, { added: [repository], removed: [] }, sender);
}

/** Returns false when the installation follows all repositories, from which none can be taken. */
export function removeRepository(
  world: World,
  installation: Installation,
  repository: Repository,
  sender: User,
): boolean {
  if (installation.repositories === "all") {
    return false;
  }
  if (covers(installation, repository)) {
    installation.repositories = new Set([...installation.repositories].filter((id) => id !== repository.id));
    record(world, installation, { verb: "repository_removed", actor: sender, repository });
    emitInstallationRepositories(world, installation, { added: [], removed: [repository] }, sender);
  }
  return true;
}

function record(
  world: World,
  installation: Installation,
  deed: { readonly verb: string; readonly actor: User; readonly repository?: Repository },
): void {
  world.effects.record({
    actor: deed.actor.login,
    kind: `installation.${deed.verb}`,
    repository: `${installation.account.login}/${deed.repository?.name ?? "*"}`,
    subject: `installation of ${installation.app.slug}`,
    detail: {},
  });
}
