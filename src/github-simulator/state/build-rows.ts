// Turns the options of a simulator into its first rows. A name that leads nowhere is refused here, by its path.

import { PlatformError } from "../../platform/errors.ts";
import type { AppOptions, InstallationOptions, RepositoryOptions } from "../simulator-options.ts";
import type { App, CiCommand, Installation, Repository, Role, User } from "./rows.ts";
import type { State } from "./state.ts";

const CI_TIMEOUT_MS = 60_000;

/** Owners that are neither listed nor there yet become organisations. */
export function accountNamed(state: State, login: string): User {
  return state.userByLogin(login) ?? insertUser(state, { login, kind: "Organization" });
}

export function insertUser(
  state: State,
  user: Pick<User, "login" | "kind"> & { readonly name?: string; readonly email?: string },
): User {
  return state.users.insert((id) => ({
    id,
    login: user.login,
    kind: user.kind,
    name: user.name ?? null,
    email: user.email ?? null,
  }));
}

export function buildRepository(state: State, options: RepositoryOptions, now: string): Repository {
  const [ownerLogin = "", name = "", ...rest] = options.fullName.split("/");
  if (ownerLogin === "" || name === "" || rest.length > 0) {
    throw wrong("repositories[].fullName", `must be "owner/name", not "${options.fullName}"`);
  }
  if (state.repositoryByName(ownerLogin, name) !== undefined) {
    throw wrong("repositories[].fullName", `${options.fullName} is there already`);
  }
  const owner = accountNamed(state, ownerLogin);
  const repository = state.repositories.insert((id) => ({
    id,
    owner,
    name,
    isPrivate: options.isPrivate ?? false,
    description: options.description ?? null,
    defaultBranch: options.defaultBranch ?? "main",
    forkOf: forkOf(state, options),
    collaborators: collaboratorsOf(state, options),
    ci: ciOf(options),
    createdAt: now,
    pushedAt: now,
    lastNumber: 0,
  }));
  for (const label of options.labels ?? []) {
    state.labels.insert((id) => ({ id, repository, name: label, color: "ededed", description: null }));
  }
  return repository;
}

function forkOf(state: State, options: RepositoryOptions): Repository | null {
  if (options.forkOf === undefined) {
    return null;
  }
  const [owner = "", name = ""] = options.forkOf.split("/");
  const found = state.repositoryByName(owner, name);
  if (found === undefined) {
    throw wrong("repositories[].forkOf", `${options.forkOf} must be listed before ${options.fullName}`);
  }
  return found;
}

function collaboratorsOf(state: State, options: RepositoryOptions): ReadonlyMap<string, Role> {
  const entries = Object.entries(options.collaborators ?? {});
  for (const [login] of entries) {
    if (state.userByLogin(login) === undefined) {
      throw wrong("repositories[].collaborators", `${login} (of ${options.fullName}) is not among the users`);
    }
  }
  return new Map(entries.map(([login, role]) => [login.toLowerCase(), role]));
}

function ciOf(options: RepositoryOptions): CiCommand | null {
  const { ci } = options;
  if (ci === undefined) {
    return null;
  }
  return {
    argv: ci.argv,
    workflowPath: ci.workflowPath ?? ".github/workflows/ci.yml",
    workflowName: ci.workflowName ?? "CI",
    jobName: ci.jobName ?? "test",
    timeoutMs: ci.timeoutMs ?? CI_TIMEOUT_MS,
    branches: ci.branches,
    environment: ci.environment ?? {},
  };
}

export function buildApp(state: State, options: AppOptions, publicKeyPem: string, now: string): App {
  const bot = insertUser(state, { login: `${options.slug}[bot]`, kind: "Bot" });
  const owner = accountNamed(state, options.installations[0]?.account ?? options.slug);
  const id = options.id ?? state.apps.nextId();
  return state.apps.put({
    id,
    slug: options.slug,
    name: options.slug,
    clientId: options.clientId ?? `Iv1.${String(id).padStart(16, "0")}`,
    owner,
    bot,
    permissions: options.permissions,
    events: options.events ?? [],
    publicKeyPem,
    createdAt: now,
  });
}

export function buildInstallation(state: State, app: App, options: InstallationOptions, now: string): Installation {
  const account = accountNamed(state, options.account);
  if (state.installations.find((row) => row.app === app && row.account === account) !== undefined) {
    throw wrong("apps[].installations[].account", `${app.slug} is installed for ${options.account} already`);
  }
  const repositories = options.repositories?.map((name) => {
    const found = state.repositoryByName(options.account, name);
    if (found === undefined) {
      throw wrong("apps[].installations[].repositories", `${options.account}/${name} (of ${app.slug}) does not exist`);
    }
    return found.id;
  });
  return state.installations.insert((id) => ({
    id,
    app,
    account,
    permissions: app.permissions,
    createdAt: now,
    repositories: repositories === undefined ? "all" : new Set(repositories),
  }));
}

/** The App of GitHub itself to which the check runs of Actions belong; its id is the real one. */
export function buildActionsApp(state: State, now: string): App {
  const options: AppOptions = { slug: "github-actions", id: 15368, permissions: {}, installations: [] };
  return buildApp(state, options, "", now);
}

function wrong(field: string, message: string): PlatformError {
  const what = `The options of the GitHub simulator are wrong: ${field}: ${message}`;
  return new PlatformError({ code: "Invalid", message: what, causes: [{ field, message }] });
}
