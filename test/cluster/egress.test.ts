// Whether nothing but the gateway is reached from an agent is found out by each run itself. Needs what test/cluster/scenario.test.ts
// needs, which shows the other half: with the chart's policies, where they are enforced, runs go through.
import { afterEach, describe, expect, it } from "vitest";
import type { DemoWorld } from "../../src/programs/demo/demo-world.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { findTestCluster } from "../support/cluster-engine.ts";
import { CLUSTER_MS_MAX, labelNewIssue, openClusterWorld, until } from "../support/cluster-world.ts";

const cluster = findTestCluster(process.env);
const WITHOUT_POLICIES = ["--set", "networkPolicy.enabled=false"];

describe.skipIf(cluster === undefined)("a cluster without network policies", () => {
  let world: DemoWorld | undefined;
  afterEach(() => world?.close(), CLUSTER_MS_MAX);

  it(
    "starts no agent, and says what the agent could have reached",
    async () => {
      world = await openClusterWorld(cluster, WITHOUT_POLICIES);
      await labelNewIssue(world, "Discounted prices");

      expect(await firstEnd(world)).toMatchObject({
        phase: "Failed",
        conditions: [{ type: "Complete", reason: "EgressOpen" }],
        message: expect.stringMatching(/a direct connection to \S+ port \d+ succeeded/) as string,
      });
    },
    2 * CLUSTER_MS_MAX,
  );

  it(
    "starts agents all the same where its operator says so by name, and every run tells it",
    async () => {
      world = await openClusterWorld(cluster, [...WITHOUT_POLICIES, "--set", "networkPolicy.directEgress=allow"]);
      await labelNewIssue(world, "Discounted prices");

      const status = await firstEnd(world);
      expect(status.phase).toBe("Succeeded");
      expect(status.conditions).toContainEqual(
        expect.objectContaining({ type: "EgressRestricted", status: "False", reason: "AllowedByOperator" }),
      );
    },
    2 * CLUSTER_MS_MAX,
  );
});

/** The status of the first run that has ended. */
async function firstEnd({ kubernetes: { store } }: DemoWorld) {
  return await until("the end of a run", async () => {
    const { items } = await store.list(CODE_RUN);
    return items.find(({ status }) => status?.phase === "Failed" || status?.phase === "Succeeded")?.status;
  });
}
