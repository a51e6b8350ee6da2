// The push event: one per changed ref, with the commits that it brought.

import type { Commit } from "../git/commit.ts";
import { showRepository } from "../facts/table-facts.ts";
import type { Repository, User } from "../state/rows.ts";
import type { Json } from "../views/json.ts";
import { repositoryPage } from "../views/urls.ts";
import { viewPushedCommit } from "../views/view-commit.ts";
import type { World } from "../world.ts";
import { emit } from "./events.ts";

const NO_COMMIT = "0".repeat(40);
/** Documented maximum of a push payload. */
const COMMITS_MAX = 2_048;

export async function emitPush(
  world: World,
  about: { readonly repository: Repository; readonly sender: User },
  change: { readonly ref: string; readonly before: string | null; readonly after: string | null },
  commits: readonly Commit[],
): Promise<void> {
  const { repository, sender } = about;
  if (!world.webhooks.listensTo("push", repository)) {
    return;
  }
  const views = await viewCommits(world, repository, commits.slice(-COMMITS_MAX));
  const before = change.before ?? NO_COMMIT;
  const after = change.after ?? NO_COMMIT;
  const isForced =
    change.before !== null &&
    change.after !== null &&
    !(await world.gitOf(repository).isAncestor(change.before, change.after));
  const range = change.before === null ? after.slice(0, 12) : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
  const now = Math.floor(world.clock.now() / 1000);
  emit(world, { name: "push", action: null }, about, {
    ref: change.ref,
    before,
    after,
    created: change.before === null,
    deleted: change.after === null,
    forced: isForced,
    base_ref: null,
    compare: `${repositoryPage(world.urls, repository)}/compare/${range}`,
    commits: views,
    head_commit: change.after === null ? null : await viewHead(world, repository, change.after),
    // Push payloads write these two as epoch seconds, and name the owner and the branch once more.
    repository: {
      ...showRepository(world, repository),
      owner: {
        ...(showRepository(world, repository)["owner"] as Json),
        name: repository.owner.login,
        email: repository.owner.email,
      },
      created_at: Math.floor(Date.parse(repository.createdAt) / 1000),
      pushed_at: now,
      stargazers: 0,
      master_branch: repository.defaultBranch,
    },
    pusher: { name: sender.login, email: sender.email },
  });
}

async function viewCommits(world: World, repository: Repository, commits: readonly Commit[]): Promise<Json[]> {
  const git = world.gitOf(repository);
  const views: Json[] = [];
  for (const commit of commits) {
    const files = await git.changedFiles(commit.parents[0] ?? null, commit.sha);
    views.push(viewPushedCommit(world.urls, repository, commit, files));
  }
  return views;
}

async function viewHead(world: World, repository: Repository, sha: string): Promise<Json | null> {
  const commit = await world.gitOf(repository).commit(sha);
  return commit === undefined ? null : ((await viewCommits(world, repository, [commit]))[0] ?? null);
}
