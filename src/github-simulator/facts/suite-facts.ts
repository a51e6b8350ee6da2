// Check suites with what git and the tables add.

import { suiteState } from "../changes/suite-state.ts";
import type { CheckSuite } from "../state/check-rows.ts";
import type { Json } from "../views/json.ts";
import { viewCheckSuite } from "../views/view-check.ts";
import type { World } from "../world.ts";

/** Undefined when the commit is gone: git has forgotten it since its branch was deleted. */
export async function showCheckSuite(world: World, suite: CheckSuite): Promise<Json | undefined> {
  const headCommit = await world.gitOf(suite.repository).commit(suite.headSha);
  if (headCommit === undefined) {
    return undefined;
  }
  return viewCheckSuite(world.urls, suite, {
    state: suiteState(world, suite),
    headCommit,
    pulls: world.state.openPullsAt(suite.repository, suite.headSha),
  });
}
