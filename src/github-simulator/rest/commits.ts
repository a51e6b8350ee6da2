// Commits, comparisons, branches and contents.

import { findUserByEmail } from "../facts/table-facts.ts";
import type { TreeEntry } from "../git/bare-repository.ts";
import type { ChangedFile } from "../git/changed-files.ts";
import type { Commit } from "../git/commit.ts";
import type { Json } from "../views/json.ts";
import { repositoryApi, repositoryPage } from "../views/urls.ts";
import { encodePath, viewChangedFile, viewCommit } from "../views/view-commit.ts";
import { commitOf } from "./checks.ts";
import { notFound } from "./refusal.ts";
import { json, page, param, reads, type Reply, type RepositoryCall, repositoryRoute, type Route } from "./route.ts";

const REPOSITORY = "/repos/{owner}/{repo}";
const READS = reads("contents");

export const commitRoutes: readonly Route[] = [
  repositoryRoute("GET", `${REPOSITORY}/commits`, READS, listCommits),
  repositoryRoute("GET", `${REPOSITORY}/commits/{ref}`, READS, showCommit),
  repositoryRoute("GET", `${REPOSITORY}/compare/{basehead}`, READS, compare),
  repositoryRoute("GET", `${REPOSITORY}/branches`, READS, async (call) => {
    const heads = [...(await call.git.refs("refs/heads"))];
    return page(heads, ([ref, sha]) => ({
      name: ref.slice("refs/heads/".length),
      commit: { sha, url: `${repositoryApi(call.world.urls, call.repository)}/commits/${sha}` },
      protected: false,
    }));
  }),
  repositoryRoute("GET", `${REPOSITORY}/branches/{branch}`, READS, showBranch),
  repositoryRoute("GET", `${REPOSITORY}/contents/{path}`, READS, showContents),
  // The root directory, whose path is empty.
  repositoryRoute("GET", `${REPOSITORY}/contents`, READS, showContents),
];

function view(call: RepositoryCall, commit: Commit): Json {
  return viewCommit(call.world.urls, call.repository, commit, (email) => findUserByEmail(call.world, email));
}

/** From `sha` (a branch, tag or SHA; default: the default branch), filtered by `path`. */
async function listCommits(call: RepositoryCall): Promise<Reply> {
  const { query, repository, git } = call;
  const start = await git.commitSha(query.get("sha") ?? repository.defaultBranch);
  if (start === undefined) {
    throw notFound();
  }
  const path = query.get("path");
  const commits = await git.log([start, ...(path === null ? [] : ["--", path])]);
  return page(commits, (commit) => view(call, commit));
}

async function showCommit(call: RepositoryCall): Promise<Reply> {
  const sha = await commitOf(call);
  const commit = await requireCommit(call, sha);
  const files = await call.git.changedFiles(commit.parents[0] ?? null, sha);
  const total = (count: (file: ChangedFile) => number): number => files.reduce((sum, file) => sum + count(file), 0);
  const additions = total((file) => file.additions);
  const deletions = total((file) => file.deletions);
  return json({
    ...view(call, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map((file) => viewChangedFile(call.world.urls, call.repository, sha, file)),
  });
}

/** `BASE...HEAD`, each a branch, tag or SHA, with or without `owner:`. */
async function compare(call: RepositoryCall): Promise<Reply> {
  const { git, repository, world } = call;
  const [base = "", head = ""] = param(call, "basehead").split("...");
  const [baseSha, headSha] = await Promise.all([revision(call, base), revision(call, head)]);
  const mergeBase = await git.mergeBase(baseSha, headSha);
  if (mergeBase === undefined) {
    throw notFound();
  }
  const ahead = await git.commitsBetween(baseSha, headSha);
  const behind = await git.commitsBetween(headSha, baseSha);
  const files = await git.changedFiles(mergeBase, headSha);
  const comparePage = `${repositoryPage(world.urls, repository)}/compare/${base}...${head}`;
  return json({
    url: `${repositoryApi(world.urls, repository)}/compare/${base}...${head}`,
    html_url: comparePage,
    permalink_url: `${repositoryPage(world.urls, repository)}/compare/${baseSha}...${headSha}`,
    diff_url: `${comparePage}.diff`,
    patch_url: `${comparePage}.patch`,
    base_commit: view(call, await requireCommit(call, baseSha)),
    merge_base_commit: view(call, await requireCommit(call, mergeBase)),
    status: comparison(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: ahead.map((commit) => view(call, commit)),
    files: files.map((file) => viewChangedFile(world.urls, repository, headSha, file)),
  });
}

function comparison(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) {
    return "diverged";
  }
  if (ahead === 0 && behind === 0) {
    return "identical";
  }
  return ahead > 0 ? "ahead" : "behind";
}

async function revision(call: RepositoryCall, name: string): Promise<string> {
  const owner = `${call.repository.owner.login}:`;
  const sha = await call.git.commitSha(name.startsWith(owner) ? name.slice(owner.length) : name);
  if (sha === undefined) {
    throw notFound();
  }
  return sha;
}

async function requireCommit(call: RepositoryCall, sha: string): Promise<Commit> {
  const commit = await call.git.commit(sha);
  if (commit === undefined) {
    throw notFound();
  }
  return commit;
}

async function showBranch(call: RepositoryCall): Promise<Reply> {
  const name = param(call, "branch");
  const sha = await call.git.branchSha(name);
  if (sha === undefined) {
    throw notFound();
  }
  const { urls } = call.world;
  const url = `${repositoryApi(urls, call.repository)}/branches/${encodePath(name)}`;
  return json({
    name,
    commit: view(call, await requireCommit(call, sha)),
    _links: { self: url, html: `${repositoryPage(urls, call.repository)}/tree/${encodePath(name)}` },
    protected: false,
    protection: { enabled: false },
    protection_url: `${url}/protection`,
  });
}

async function showContents(call: RepositoryCall): Promise<Reply> {
  const path = (call.params["path"] ?? "").replace(/\/+$/, "");
  const ref = call.query.get("ref") ?? call.repository.defaultBranch;
  const sha = await call.git.commitSha(ref);
  const object =
    sha === undefined ? undefined : await call.git.object(path === "" ? `${sha}^{tree}` : `${sha}:${path}`);
  if (sha === undefined || object === undefined) {
    throw notFound();
  }
  if (object.type === "blob") {
    const file = { path, sha: object.sha, size: object.bytes.length, type: "blob" as const };
    const content = object.bytes.toString("base64").replace(/(.{60})/g, "$1\n");
    if (call.accept.includes("raw")) {
      return { kind: "raw", bytes: object.bytes };
    }
    return json({ ...viewEntry(call, ref, file), encoding: "base64", content });
  }
  const entries = await call.git.treeEntries(sha, path, false);
  const prefix = path === "" ? "" : `${path}/`;
  return json(entries.map((entry) => viewEntry(call, ref, { ...entry, path: `${prefix}${entry.path}` })));
}

function viewEntry(call: RepositoryCall, ref: string, entry: Pick<TreeEntry, "path" | "sha" | "size" | "type">): Json {
  const { urls } = call.world;
  const path = encodePath(entry.path);
  const isFile = entry.type === "blob";
  const url = `${repositoryApi(urls, call.repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const gitUrl = `${repositoryApi(urls, call.repository)}/git/${entry.type}s/${entry.sha}`;
  const repositoryUrl = repositoryPage(urls, call.repository);
  const html = `${repositoryUrl}/${isFile ? "blob" : "tree"}/${encodePath(ref)}/${path}`;
  return {
    type: isFile ? "file" : "dir",
    size: entry.size ?? 0,
    name: entry.path.split("/").at(-1) ?? "",
    path: entry.path,
    sha: entry.sha,
    url,
    git_url: gitUrl,
    html_url: html,
    download_url: isFile ? `${repositoryUrl}/raw/${encodePath(ref)}/${path}` : null,
    _links: { self: url, git: gitUrl, html },
  };
}
