// The demonstration's scenario on a real cluster whose parts are taken away one after the other, and on one machine undisturbed: what
// GitHub has in the end is the same. On request, because it takes a quarter of an hour: RUNYARD_TEST_RESTARTS=1. Needs what
// test/cluster/scenario.test.ts needs; RUNYARD_TEST_RESTART_API is a command that ends the API server and starts it again.
import { expect, it } from "vitest";
import { startEngine } from "../../src/programs/engine.ts";
import { findTestCluster, startClusterEngine } from "../support/cluster-engine.ts";
import { demonstrate } from "../support/demonstrate.ts";
import { disturbCluster, type Disturbance } from "../support/disturb-cluster.ts";

const SCENARIO_MS_MAX = 3_000_000;
const EVERY_MS = 20_000;
const isAskedFor = process.env["RUNYARD_TEST_RESTARTS"] === "1";
const cluster = isAskedFor ? findTestCluster(process.env) : undefined;
if (!isAskedFor) console.warn("SKIPPED: a cluster's parts taken away; RUNYARD_TEST_RESTARTS=1 runs it");

const PARTS: readonly Disturbance[] = [
  { name: "controller", namespace: "runyard-system", labelSelector: "app.kubernetes.io/component=controller" },
  { name: "sensor", namespace: "runyard", labelSelector: "sensor-name" },
  { name: "gateway", namespace: "runyard-system", labelSelector: "app.kubernetes.io/component=gateway" },
  { name: "workflow controller", labelSelector: "app=workflow-controller" },
  // Each costs its run one of its retries.
  { name: "agent", namespace: "runyard", labelSelector: "runyard.dev/run", countMax: 3 },
  { name: "event source", namespace: "runyard", labelSelector: "eventsource-name" },
];

it.skipIf(cluster === undefined)(
  "whatever part of a cluster is taken away in the middle, GitHub has the same in the end",
  async () => {
    if (cluster === undefined) throw new Error("there is no cluster");
    const stop = new AbortController();
    let disturbed: ReturnType<typeof disturbCluster> | undefined;
    const there = await demonstrate({
      msMax: SCENARIO_MS_MAX,
      start: async (options) => {
        const engine = await startClusterEngine(options, cluster);
        const { kubeconfig } = cluster;
        const restartApi = process.env["RUNYARD_TEST_RESTART_API"] ?? "";
        disturbed = disturbCluster({
          kubeconfig,
          disturbances: PARTS,
          restartApi,
          everyMs: EVERY_MS,
          signal: stop.signal,
        });
        disturbed.catch((error: unknown) => console.error(error));
        return {
          ...engine,
          close: async () => {
            stop.abort();
            await disturbed;
            await engine.close();
          },
        };
      },
    });
    const here = await demonstrate({ start: startEngine, msMax: SCENARIO_MS_MAX });
    const counts = await disturbed;

    expect([here.passed, there.passed]).toEqual([true, true]);
    expect(there.effects).toEqual(here.effects);
    for (const { name } of PARTS) expect([name, counts?.get(name) ?? 0]).not.toEqual([name, 0]);
  },
  2 * SCENARIO_MS_MAX,
);
