// Lanes and semaphores on a real cluster: two tasks of one repository, and a person who pushes in the middle. Needs what
// test/cluster/scenario.test.ts needs.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isEnded } from "../../src/argo/workflow/workflow-status.ts";
import { NAMESPACE_NAME as namespace, type DemoWorld } from "../../src/programs/demo/demo-world.ts";
import { REPOSITORY } from "../../src/programs/demo/github-setup.ts";
import { GitHubReader } from "../../src/programs/demo/read-back.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { LEASE } from "../../src/resources/core.ts";
import { readLane } from "../../src/resources/lane.ts";
import { findTestCluster } from "../support/cluster-engine.ts";
import { CLUSTER_MS_MAX, labelNewIssue, openClusterWorld, until } from "../support/cluster-world.ts";
import { GitWorkTree } from "../support/git-work-tree.ts";

/** From the grant of the lane to the person's head, to the end of the run that was at work. */
const STOP_MS_MAX = 5_000;
const QUIET_MS = 15_000;
const cluster = findTestCluster(process.env);

describe.skipIf(cluster === undefined)("a cluster", () => {
  let world: DemoWorld;
  let reader: GitHubReader;
  beforeAll(async () => {
    world = await openClusterWorld(cluster, ["--set", "limits.repositoryConcurrency=1"]);
    reader = new GitHubReader(world.github.maintainer);
  }, CLUSTER_MS_MAX);
  afterAll(() => world.close(), CLUSTER_MS_MAX);

  it(
    "lets one run of a repository work at a time where its semaphore says one, and stops what a person's push overtakes",
    async () => {
      for (const title of ["Discounted prices", "Rounded prices"]) await labelNewIssue(world, title);
      const seen = { together: 0, hasWaited: false };
      const clippy = await until("the second stage of one of the tasks", async () => {
        const runs = await runsNow();
        const atWork = runs.filter(({ status }) => status?.phase === "Running" || status?.phase === "Pending");
        seen.together = Math.max(seen.together, atWork.length);
        seen.hasWaited ||= (await messages()).some((message) => /^Waiting for .* lock/.test(message));
        return atWork.find(({ metadata }) => metadata.name.endsWith("-clippy"));
      });
      expect(seen).toEqual({ together: 1, hasWaited: true });

      const before = (await reader.pulls()).find(
        ({ head }) => clippy.metadata.annotations?.["runyard.dev/branch"] === head.ref,
      );
      if (before === undefined) throw new Error("the task has no pull request");
      const overtaken = clippy.metadata.name.replace(/-clippy$/, "");
      const pushed = await push(before.head.ref);
      const granted = await until("the workflow of the person's head", async () =>
        (await workflowsNow()).find(({ metadata }) => metadata.name.startsWith("head-")),
      );
      const beganAt = await until("the lane's new holder", async () => await grantedAt(granted.metadata.name));
      const stoppedAt = await until("the end of the run that was overtaken", async () => {
        const run = await world.kubernetes.store.get(CODE_RUN, { namespace, name: clippy.metadata.name });
        return run?.status?.phase === "Failed" ? Date.now() : undefined;
      });
      const endedAt = await until("the end of the workflow that was overtaken", async () => {
        const found = (await workflowsNow()).find(({ metadata }) => metadata.name === overtaken);
        return isEnded(found?.status?.phase) ? Date.now() : undefined;
      });
      const since = (at: number) =>
        `${at - beganAt} ms after the lane was granted, ${at - pushed.at} ms after the push`;
      console.log(`the run stopped ${since(stoppedAt)}`);
      console.log(`its workflow ended ${since(endedAt)}`);
      expect(stoppedAt - beganAt).toBeLessThan(STOP_MS_MAX);

      // As long as anything of the overtaken one could still be on its way.
      await sleep(QUIET_MS);
      const commits = await reader.commits(before.number);
      expect(commits.slice(0, commits.indexOf(pushed.sha) + 1)).toEqual([before.head.sha, pushed.sha]);
      expect((await reader.checks(before.head.sha)).get("runyard/clippy")?.conclusion).not.toBe("success");
      const run = await world.kubernetes.store.get(CODE_RUN, { namespace, name: clippy.metadata.name });
      expect([run?.status?.phase, run?.status?.conditions?.[0]?.reason]).toEqual(["Failed", "Superseded"]);
    },
    2 * CLUSTER_MS_MAX,
  );

  /** A person's commit on the branch, and when its push was begun. */
  async function push(branch: string) {
    const { maintainer, simulator } = world.github;
    const place = { baseUrl: simulator.baseUrl, repository: REPOSITORY, directory: join(world.directory, "person") };
    const tree = await GitWorkTree.clone({ ...place, token: maintainer.token });
    await tree.run("checkout", "--quiet", branch);
    await tree.run("commit", "--quiet", "--allow-empty", "-m", "Say something");
    const at = Date.now();
    await tree.run("push", "--quiet", "origin", branch);
    return { sha: await tree.run("rev-parse", "HEAD"), at };
  }

  async function runsNow() {
    return (await world.kubernetes.store.list(CODE_RUN)).items;
  }

  async function workflowsNow() {
    return (await world.kubernetes.store.list(WORKFLOW)).items;
  }

  async function messages(): Promise<readonly string[]> {
    return (await workflowsNow()).flatMap(({ status }) =>
      Object.values(status?.nodes ?? {}).map(({ message = "" }) => message),
    );
  }

  /** When a lane is first seen in this workflow's hands. */
  async function grantedAt(workflow: string): Promise<number | undefined> {
    const { items } = await world.kubernetes.store.list(LEASE);
    return items.some((lease) => readLane(lease).holder === workflow) ? Date.now() : undefined;
  }
});
