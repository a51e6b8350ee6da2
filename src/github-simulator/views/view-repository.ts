// Repositories as the API and the payloads show them.

import { fullName } from "../state/state.ts";
import type { Repository, Role } from "../state/rows.ts";
import type { Json } from "./json.ts";
import { nodeId, repositoryApi, repositoryPage, type Urls } from "./urls.ts";
import { viewUser } from "./view-user.ts";

/** Addresses below the repository: field name to path. Fields and templates are GitHub's. */
const API_PATHS: Readonly<Record<string, string>> = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

/** The minimal repository: who and where. */
export function viewMinimalRepository(urls: Urls, repository: Repository): Json {
  const url = repositoryApi(urls, repository);
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.isPrivate,
    owner: viewUser(urls, repository.owner),
    html_url: repositoryPage(urls, repository),
    description: repository.description,
    fork: repository.forkOf !== null,
    url,
    ...Object.fromEntries(Object.entries(API_PATHS).map(([field, path]) => [field, `${url}${path}`])),
  };
}

export interface RepositoryFacts {
  readonly openIssues: number;
  readonly forks: number;
}

/** The repository with its settings, as in webhook payloads and pull requests. */
export function viewRepository(urls: Urls, repository: Repository, facts: RepositoryFacts): Json {
  const page = repositoryPage(urls, repository);
  return {
    ...viewMinimalRepository(urls, repository),
    git_url: `${page.replace(/^https?:/, "git:")}.git`,
    ssh_url: `git@${new URL(urls.html).hostname}:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks_count: facts.forks,
    forks: facts.forks,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 0,
    default_branch: repository.defaultBranch,
    open_issues_count: facts.openIssues,
    open_issues: facts.openIssues,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: false,
    disabled: false,
    visibility: repository.isPrivate ? "private" : "public",
    pushed_at: repository.pushedAt,
    created_at: repository.createdAt,
    updated_at: repository.pushedAt,
    allow_forking: true,
    web_commit_signoff_required: false,
  };
}

/** What `GET /repos/{owner}/{repo}` adds. */
export function viewFullRepository(urls: Urls, repository: Repository, facts: RepositoryFacts, role: Role): Json {
  return {
    ...viewRepository(urls, repository, facts),
    permissions: viewRolePermissions(role),
    subscribers_count: 0,
    network_count: facts.forks,
    ...(repository.owner.kind === "Organization" ? { organization: viewUser(urls, repository.owner) } : {}),
    ...(repository.forkOf === null
      ? {}
      : {
          parent: viewRepository(urls, repository.forkOf, { openIssues: 0, forks: 1 }),
          source: viewRepository(urls, repository.forkOf, { openIssues: 0, forks: 1 }),
        }),
  };
}

const ROLES: readonly Role[] = ["none", "read", "triage", "write", "maintain", "admin"];

export function roleAtLeast(role: Role, wanted: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}

export function viewRolePermissions(role: Role): Json {
  return {
    admin: roleAtLeast(role, "admin"),
    maintain: roleAtLeast(role, "maintain"),
    push: roleAtLeast(role, "write"),
    triage: roleAtLeast(role, "triage"),
    pull: roleAtLeast(role, "read"),
  };
}
