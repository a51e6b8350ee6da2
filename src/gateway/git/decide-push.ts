// May this push go on? Exactly one update, of exactly the run's branch, never a deletion, never the default branch.
import type { RefUpdate } from "./read-push-commands.ts";

export interface PushScope {
  readonly branch: string | undefined;
  readonly baseBranch: string | undefined;
  readonly defaultBranch: string;
}

export type PushDecision =
  | { readonly kind: "push"; readonly sha: string }
  /** git asks with an empty request whether it may, before it sends a large one. */
  | { readonly kind: "probe" }
  | { readonly kind: "refuse"; readonly message: string };

export function decidePush(updates: readonly RefUpdate[], scope: PushScope): PushDecision {
  const [update] = updates;
  if (update === undefined) return { kind: "probe" };
  if (updates.length > 1) return refuse(`${updates.length} refs at once; a run pushes its own branch alone`);
  const { branch } = scope;
  if (branch === undefined) return refuse("this run has no branch");
  if (update.ref !== `refs/heads/${branch}`)
    return refuse(`${update.ref} is not refs/heads/${branch}, the run's branch`);
  if (branch === scope.defaultBranch || branch === scope.baseBranch) {
    return refuse(`${branch} is the default or base branch; only pull requests change it`);
  }
  if (/^0+$/u.test(update.newId)) return refuse(`${branch} would be deleted`);
  return { kind: "push", sha: update.newId };
}

function refuse(message: string): PushDecision {
  return { kind: "refuse", message };
}
