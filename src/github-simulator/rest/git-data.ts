// The git database: refs, commits, trees, blobs.

import { z } from "zod";

import { changeRefs } from "../changes/ref-changes.ts";
import { viewBlob, viewGitCommit, viewRef, viewTreeEntry } from "../views/view-commit.ts";
import { repositoryApi } from "../views/urls.ts";
import { notFound, Refusal } from "./refusal.ts";
import {
  json,
  page,
  param,
  parseBody,
  reads,
  type Reply,
  type RepositoryCall,
  repositoryRoute,
  type Route,
  writes,
} from "./route.ts";

const GIT = "/repos/{owner}/{repo}/git";
const READS = reads("contents");
const WRITES = writes("contents");

export const gitDataRoutes: readonly Route[] = [
  repositoryRoute("GET", `${GIT}/ref/{ref}`, READS, async (call) => json(await showRef(call, refParam(call)))),
  repositoryRoute("GET", `${GIT}/matching-refs/{ref}`, READS, async (call) => {
    const prefix = refParam(call);
    const refs = [...(await call.git.refs())].filter(([ref]) => ref.startsWith(prefix));
    return page(refs, ([ref]) => showRef(call, ref));
  }),
  repositoryRoute("POST", `${GIT}/refs`, WRITES, createRef),
  repositoryRoute("PATCH", `${GIT}/refs/{ref}`, WRITES, updateRef),
  repositoryRoute("DELETE", `${GIT}/refs/{ref}`, WRITES, deleteRef),
  repositoryRoute("GET", `${GIT}/commits/{commit_sha}`, READS, async (call) => {
    const commit = await call.git.commit(shaParam(call, "commit_sha"));
    if (commit === undefined) {
      throw notFound();
    }
    return json(viewGitCommit(call.world.urls, call.repository, commit));
  }),
  repositoryRoute("GET", `${GIT}/trees/{tree_sha}`, READS, showTree),
  repositoryRoute("GET", `${GIT}/blobs/{file_sha}`, READS, async (call) => {
    const blob = await call.git.object(shaParam(call, "file_sha"));
    if (blob === undefined || blob.type !== "blob") {
      throw notFound();
    }
    return json(viewBlob(call.world.urls, call.repository, blob.sha, blob.bytes));
  }),
];

function refParam(call: RepositoryCall): string {
  const ref = param(call, "ref");
  return ref.startsWith("refs/") ? ref : `refs/${ref}`;
}

function shaParam(call: RepositoryCall, name: string): string {
  const sha = param(call, name);
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    throw notFound();
  }
  return sha;
}

async function showRef(call: RepositoryCall, ref: string): Promise<Record<string, unknown>> {
  const sha = (await call.git.refs(ref)).get(ref);
  const object = sha === undefined ? undefined : await call.git.object(sha);
  if (object === undefined) {
    throw notFound();
  }
  return viewRef(call.world.urls, call.repository, ref, { sha: object.sha, type: object.type });
}

const newRef = z.object({
  ref: z.string().regex(/^refs\/(heads|tags)\/[^\s~^:?*[\\]+$/),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
});

async function createRef(call: RepositoryCall): Promise<Reply> {
  const request = parseBody(call, "Reference", newRef);
  await requireObject(call, request.sha);
  await changeRefs(call.world, { repository: call.repository, sender: call.actor.user }, async () => {
    if ((await call.git.refs(request.ref)).has(request.ref)) {
      throw new Refusal(422, "Reference already exists");
    }
    await call.git.updateRef(request.ref, request.sha);
  });
  return json(await showRef(call, request.ref), 201);
}

const refChange = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/), force: z.boolean().default(false) });

async function updateRef(call: RepositoryCall): Promise<Reply> {
  const ref = refParam(call);
  const request = parseBody(call, "Reference", refChange);
  await requireObject(call, request.sha);
  await changeRefs(call.world, { repository: call.repository, sender: call.actor.user }, async () => {
    const before = (await call.git.refs(ref)).get(ref);
    if (before === undefined) {
      throw new Refusal(422, "Reference does not exist");
    }
    if (!request.force && !(await call.git.isAncestor(before, request.sha))) {
      throw new Refusal(422, "Update is not a fast forward");
    }
    await call.git.updateRef(ref, request.sha);
  });
  return json(await showRef(call, ref));
}

async function deleteRef(call: RepositoryCall): Promise<Reply> {
  const ref = refParam(call);
  await changeRefs(call.world, { repository: call.repository, sender: call.actor.user }, async () => {
    if (ref.startsWith("refs/pull/") || !(await call.git.refs(ref)).has(ref)) {
      throw new Refusal(422, "Reference does not exist");
    }
    await call.git.deleteRef(ref);
  });
  return { kind: "empty", status: 204 };
}

async function requireObject(call: RepositoryCall, sha: string): Promise<void> {
  if ((await call.git.object(sha)) === undefined) {
    throw new Refusal(422, "Object does not exist");
  }
}

async function showTree(call: RepositoryCall): Promise<Reply> {
  const name = param(call, "tree_sha");
  const commit = await call.git.commitSha(name);
  const tree = await call.git.object(`${commit ?? name}^{tree}`);
  if (tree === undefined || tree.type !== "tree") {
    throw notFound();
  }
  const entries = await call.git.treeEntries(tree.sha, "", call.query.has("recursive"));
  const { urls } = call.world;
  return json({
    sha: tree.sha,
    url: `${repositoryApi(urls, call.repository)}/git/trees/${tree.sha}`,
    tree: entries.map((entry) => viewTreeEntry(urls, call.repository, entry)),
    truncated: false,
  });
}
