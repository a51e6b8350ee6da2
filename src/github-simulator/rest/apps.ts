// Apps, their installations and tokens.

import { z } from "zod";

import { revokeToken, mintToken } from "../access/installation-tokens.ts";
import { reaches } from "../access/permissions.ts";
import { addRepository, removeRepository, uninstall } from "../changes/installation-changes.ts";
import { showRepository } from "../facts/table-facts.ts";
import type { App, Installation, Repository } from "../state/rows.ts";
import { covers } from "../state/state.ts";
import { viewApp, viewInstallation } from "../views/view-user.ts";
import { notFound, Refusal } from "./refusal.ts";
import { type Call, json, numberParam, page, param, parseBody, plainRoute, type Reply, type Route } from "./route.ts";

const INSTALLED_REPOSITORY = "/user/installations/{installation_id}/repositories/{repository_id}";

export const appRoutes: readonly Route[] = [
  plainRoute("GET", "/app", ["app"], (call) => json(viewApp(call.world.urls, callingApp(call)))),
  plainRoute("GET", "/app/installations", ["app"], (call) => {
    const app = callingApp(call);
    const rows = call.world.state.installations.filter((row) => row.app === app);
    return page(rows, (row) => viewInstallation(call.world.urls, row));
  }),
  plainRoute("GET", "/app/installations/{installation_id}", ["app"], (call) =>
    json(viewInstallation(call.world.urls, wantedInstallation(call))),
  ),
  plainRoute("DELETE", "/app/installations/{installation_id}", ["app"], (call) => {
    uninstall(call.world, wantedInstallation(call), call.actor.user);
    return { kind: "empty", status: 204 };
  }),
  plainRoute("PUT", INSTALLED_REPOSITORY, ["user"], (call) => {
    const { installation, repository } = installedRepository(call);
    addRepository(call.world, installation, repository, call.actor.user);
    return { kind: "empty", status: 204 };
  }),
  plainRoute("DELETE", INSTALLED_REPOSITORY, ["user"], (call) => {
    const { installation, repository } = installedRepository(call);
    if (!removeRepository(call.world, installation, repository, call.actor.user)) {
      throw new Refusal(422, "The repository selection of the installation is not 'selected'.");
    }
    return { kind: "empty", status: 204 };
  }),
  plainRoute("POST", "/app/installations/{installation_id}/access_tokens", ["app"], createToken),
  plainRoute("GET", "/repos/{owner}/{repo}/installation", ["app"], (call) => {
    const { state, urls } = call.world;
    const repository = state.repositoryByName(param(call, "owner"), param(call, "repo"));
    const found = repository === undefined ? undefined : state.installationOf(callingApp(call), repository);
    if (found === undefined) {
      throw notFound();
    }
    return json(viewInstallation(urls, found));
  }),
  plainRoute("GET", "/installation/repositories", ["installation"], (call) => {
    const { principal, world } = call;
    if (principal.kind !== "installation") {
      throw notFound();
    }
    const { token } = principal;
    const rows = world.state.repositories.filter((repository) => reaches(token, repository));
    return page(
      rows,
      (row) => showRepository(world, row),
      (repositories, total_count) => ({
        total_count,
        repository_selection: token.repositories === "all" ? "all" : "selected",
        repositories,
      }),
    );
  }),
  plainRoute("DELETE", "/installation/token", ["installation"], (call) => {
    if (call.principal.kind === "installation") {
      revokeToken(call.principal.token);
    }
    return { kind: "empty", status: 204 };
  }),
];

const tokenRequest = z.object({
  repositories: z.array(z.string()).max(500).optional(),
  repository_ids: z.array(z.number().int()).max(500).optional(),
  permissions: z.record(z.string(), z.enum(["read", "write", "admin"])).optional(),
});

function createToken(call: Call): Reply {
  const installation = wantedInstallation(call);
  const request = parseBody(call, "Installation", tokenRequest);
  const { world } = call;
  const token = mintToken(world, installation, {
    names: request.repositories,
    ids: request.repository_ids,
    permissions: request.permissions,
  });
  const repositories = world.state.repositories.filter(
    (row) => covers(installation, row) && token.repositories !== "all" && token.repositories.has(row.id),
  );
  return json(
    {
      token: token.token,
      expires_at: new Date(token.expiresAtMs).toISOString().replace(/\.\d+Z$/, "Z"),
      permissions: token.permissions,
      repository_selection: token.repositories === "all" ? "all" : "selected",
      ...(token.repositories === "all" ? {} : { repositories: repositories.map((row) => showRepository(world, row)) }),
    },
    201,
  );
}

/** The App whose JWT the caller holds. */
export function callingApp(call: Call): App {
  if (call.principal.kind !== "app") {
    throw notFound();
  }
  return call.principal.app;
}

function wantedInstallation(call: Call): Installation {
  const found = call.world.state.installations.get(numberParam(call, "installation_id"));
  if (found === undefined || found.app !== callingApp(call)) {
    throw notFound();
  }
  return found;
}

/** For administrators of the repository; the installation must be of the same account. */
function installedRepository(call: Call): { readonly installation: Installation; readonly repository: Repository } {
  const { state } = call.world;
  const installation = state.installations.get(numberParam(call, "installation_id"));
  const repository = state.repositories.get(numberParam(call, "repository_id"));
  if (
    installation === undefined ||
    repository === undefined ||
    installation.account !== repository.owner ||
    state.roleOf(call.actor.user, repository) !== "admin"
  ) {
    throw notFound();
  }
  return { installation, repository };
}
