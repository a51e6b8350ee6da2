// Users, Apps, installations as the API shows them.

import type { App, Installation, Permissions, User } from "../state/rows.ts";
import type { Json } from "./json.ts";
import { nodeId, type Urls } from "./urls.ts";

export function viewUser(urls: Urls, user: User): Json {
  const login = encodeURIComponent(user.login);
  const url = `${urls.api}/users/${login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId("U", user.id),
    avatar_url: `${urls.html}/avatars/u/${user.id}`,
    gravatar_id: "",
    url,
    html_url: user.kind === "Bot" ? `${urls.html}/apps/${user.login.replace("[bot]", "")}` : `${urls.html}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.kind,
    user_view_type: "public",
    site_admin: false,
  };
}

export function viewUserOrNull(urls: Urls, user: User | null): Json | null {
  return user === null ? null : viewUser(urls, user);
}

/** A profile, as `GET /users/{username}` and `GET /user` show it. */
export function viewProfile(urls: Urls, user: User, createdAt: string): Json {
  return {
    ...viewUser(urls, user),
    name: user.name,
    company: null,
    blog: "",
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

export function viewOrganization(urls: Urls, user: User): Json {
  const url = `${urls.api}/orgs/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId("O", user.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${urls.html}/avatars/u/${user.id}`,
    description: "",
  };
}

export function viewApp(urls: Urls, app: App): Json {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId("A", app.id),
    client_id: app.clientId,
    owner: viewUser(urls, app.owner),
    name: app.name,
    description: null,
    external_url: `${urls.html}/apps/${app.slug}`,
    html_url: `${urls.html}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
  };
}

export function viewInstallation(urls: Urls, installation: Installation): Json {
  const url = `${urls.api}/app/installations/${installation.id}`;
  return {
    id: installation.id,
    account: viewUser(urls, installation.account),
    repository_selection: installation.repositories === "all" ? "all" : "selected",
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${urls.api}/installation/repositories`,
    html_url: `${urls.html}/settings/installations/${installation.id}`,
    app_id: installation.app.id,
    app_slug: installation.app.slug,
    client_id: installation.app.clientId,
    target_id: installation.account.id,
    target_type: installation.account.kind,
    permissions: withMetadata(installation.permissions),
    events: installation.app.events,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}

/** Reading metadata is part of every installation; GitHub does not let an App do without. */
export function withMetadata(permissions: Permissions): Permissions {
  return { ...permissions, metadata: permissions["metadata"] ?? "read" };
}
