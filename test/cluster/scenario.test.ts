// The demonstration's scenario with the chart on a real cluster, beside real Argo Workflows and Argo Events. It needs
// RUNYARD_TEST_KUBECONFIG, and both images in the cluster; docs/guides/cluster.md says how.
import { expect, it } from "vitest";
import { startGitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import { startModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import { chooseModel } from "../../src/programs/demo/demo-model.ts";
import { runDemo } from "../../src/programs/demo/run-demo.ts";
import { findTestCluster, startClusterEngine } from "../support/cluster-engine.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

const SCENARIO_MS_MAX = 2_400_000;
const cluster = findTestCluster(process.env);

it.skipIf(cluster === undefined)(
  "a labelled issue, failing CI, a review and changed requirements come out on a cluster as on one machine",
  async () => {
    const model = chooseModel(undefined, {});
    if (typeof model === "string" || cluster === undefined)
      throw new Error("there is no scripted model, or no cluster");

    const passed = await runDemo({
      keep: false,
      json: false,
      dataDirectory: undefined,
      model,
      standIns: {
        startGitHub: (options) => startGitHubSimulator(options),
        startModel: () => startModelSimulator({ clock: REAL_CLOCK }),
      },
      environment: { ...process.env },
      color: false,
      write: (line) => console.log(line),
      signal: AbortSignal.timeout(SCENARIO_MS_MAX),
      untilStopped: () => Promise.resolve(),
      startEngine: (options) => startClusterEngine(options, cluster),
    });

    expect(passed).toBe(true);
  },
  SCENARIO_MS_MAX,
);
