// Events about installations, which every App gets without asking. They belong to no repository.

import type { Installation, Repository, User } from "../state/rows.ts";
import { covers, fullName } from "../state/state.ts";
import type { Json } from "../views/json.ts";
import { nodeId } from "../views/urls.ts";
import { viewInstallation, viewOrganization, viewUser } from "../views/view-user.ts";
import type { World } from "../world.ts";

export function emitInstallation(
  world: World,
  installation: Installation,
  action: "created" | "deleted",
  sender: User,
): void {
  const repositories = world.state.repositories.filter((repository) => covers(installation, repository));
  send(world, installation, {
    name: "installation",
    sender,
    payload: { action, repositories: repositories.map(viewRepositoryName), requester: null },
  });
}

export function emitInstallationRepositories(
  world: World,
  installation: Installation,
  change: { readonly added: readonly Repository[]; readonly removed: readonly Repository[] },
  sender: User,
): void {
  send(world, installation, {
    name: "installation_repositories",
    sender,
    payload: {
      action: change.added.length > 0 ? "added" : "removed",
      repository_selection: installation.repositories === "all" ? "all" : "selected",
      repositories_added: change.added.map(viewRepositoryName),
      repositories_removed: change.removed.map(viewRepositoryName),
      requester: null,
    },
  });
}

function send(
  world: World,
  installation: Installation,
  event: { readonly name: string; readonly sender: User; readonly payload: Json & { readonly action: string } },
): void {
  const { account, app } = installation;
  if (world.webhooks.hook?.app !== app) {
    return;
  }
  world.webhooks.send({
    event: event.name,
    action: event.payload.action,
    repository: null,
    installation,
    payload: {
      ...event.payload,
      installation: viewInstallation(world.urls, installation),
      ...(account.kind === "Organization" ? { organization: viewOrganization(world.urls, account) } : {}),
      sender: viewUser(world.urls, event.sender),
    },
  });
}

function viewRepositoryName(repository: Repository): Json {
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.isPrivate,
  };
}
