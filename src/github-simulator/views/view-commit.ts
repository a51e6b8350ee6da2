// Commits, refs, trees and changed files as the API and the payloads show them.

import type { TreeEntry } from "../git/bare-repository.ts";
import type { ChangedFile } from "../git/changed-files.ts";
import type { Commit } from "../git/commit.ts";
import type { Repository, User } from "../state/rows.ts";
import type { Json } from "./json.ts";
import { repositoryApi, repositoryPage, type Urls } from "./urls.ts";
import { viewUserOrNull } from "./view-user.ts";

/** Finds the account behind a commit's address, or null. */
export type FindByEmail = (email: string) => User | null;

function verification(): Json {
  return { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };
}

function gitNodeId(repository: Repository, sha: string): string {
  return `C_${Buffer.from(`${repository.id}:${sha}`).toString("base64url")}`;
}

/** A commit of the commits API. */
export function viewCommit(urls: Urls, repository: Repository, commit: Commit, findByEmail: FindByEmail): Json {
  const api = repositoryApi(urls, repository);
  const page = repositoryPage(urls, repository);
  return {
    sha: commit.sha,
    node_id: gitNodeId(repository, commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: verification(),
    },
    author: viewUserOrNull(urls, findByEmail(commit.author.email)),
    committer: viewUserOrNull(urls, findByEmail(commit.committer.email)),
    parents: viewParents(urls, repository, commit),
  };
}

function viewParents(urls: Urls, repository: Repository, commit: Commit): Json[] {
  return commit.parents.map((sha) => ({
    sha,
    url: `${repositoryApi(urls, repository)}/commits/${sha}`,
    html_url: `${repositoryPage(urls, repository)}/commit/${sha}`,
  }));
}

/** A commit object of the git database API. */
export function viewGitCommit(urls: Urls, repository: Repository, commit: Commit): Json {
  const api = repositoryApi(urls, repository);
  return {
    sha: commit.sha,
    node_id: gitNodeId(repository, commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${repositoryPage(urls, repository)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: viewParents(urls, repository, commit),
    verification: verification(),
  };
}

/** The short form in check suites and workflow runs. */
export function viewSimpleCommit(commit: Commit): Json {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: commit.committer.date,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

/** The form in push payloads. */
export function viewPushedCommit(
  urls: Urls,
  repository: Repository,
  commit: Commit,
  files: readonly ChangedFile[],
): Json {
  const paths = (status: ChangedFile["status"]): string[] =>
    files.filter((file) => file.status === status).map((file) => file.path);
  return {
    ...viewSimpleCommit(commit),
    distinct: true,
    url: `${repositoryPage(urls, repository)}/commit/${commit.sha}`,
    added: [...paths("added"), ...paths("renamed")],
    removed: [
      ...paths("removed"),
      ...files.filter((file) => file.previousPath !== null).map((file) => file.previousPath),
    ],
    modified: [...paths("modified"), ...paths("changed")],
  };
}

export function viewChangedFile(urls: Urls, repository: Repository, sha: string, file: ChangedFile): Json {
  const page = repositoryPage(urls, repository);
  const path = encodePath(file.path);
  return {
    sha: file.blobSha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${repositoryApi(urls, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

export function viewRef(urls: Urls, repository: Repository, ref: string, object: { sha: string; type: string }): Json {
  const api = repositoryApi(urls, repository);
  return {
    ref,
    node_id: `REF_${Buffer.from(`${repository.id}:${ref}`).toString("base64url")}`,
    url: `${api}/git/${ref}`,
    object: { type: object.type, sha: object.sha, url: `${api}/git/${object.type}s/${object.sha}` },
  };
}

export function viewTreeEntry(urls: Urls, repository: Repository, entry: TreeEntry): Json {
  return {
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size === null ? {} : { size: entry.size }),
    url: `${repositoryApi(urls, repository)}/git/${entry.type}s/${entry.sha}`,
  };
}

export function viewBlob(urls: Urls, repository: Repository, sha: string, bytes: Buffer): Json {
  return {
    sha,
    node_id: `B_${Buffer.from(`${repository.id}:${sha}`).toString("base64url")}`,
    size: bytes.length,
    url: `${repositoryApi(urls, repository)}/git/blobs/${sha}`,
    content: bytes.toString("base64").replace(/(.{60})/g, "$1\n"),
    encoding: "base64",
  };
}

export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
