// The demonstration's world with the chart on a real cluster: GitHub, the scripted model and a registry on this machine, and hands to
// work with.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import { startModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import { chooseModel } from "../../src/programs/demo/demo-model.ts";
import { startWorld, type DemoWorld } from "../../src/programs/demo/demo-world.ts";
import { REPOSITORY } from "../../src/programs/demo/github-setup.ts";
import { startClusterEngine, type TestCluster } from "./cluster-engine.ts";
import { REAL_CLOCK } from "./real-clock.ts";

/** The longest that anything in such a test takes. */
export const CLUSTER_MS_MAX = 600_000;
const LOOK_EVERY_MS = 250;

/** `settings` are given to helm. `close` of the world removes its directory too. */
export async function openClusterWorld(
  cluster: TestCluster | undefined,
  settings: readonly string[],
): Promise<DemoWorld> {
  const model = chooseModel(undefined, {});
  if (typeof model === "string" || cluster === undefined) throw new Error("there is no scripted model, or no cluster");
  const directory = await mkdtemp(join(tmpdir(), "runyard-cluster-"));
  const world = await startWorld({
    directory,
    model,
    standIns: {
      startGitHub: (options) => startGitHubSimulator(options),
      startModel: () => startModelSimulator({ clock: REAL_CLOCK }),
    },
    environment: { ...process.env },
    onDeployment: () => undefined,
    startEngine: (options) => startClusterEngine(options, cluster, settings),
  });
  const close = async () => {
    await world.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...world, close };
}

/** A new issue that starts a task. */
export async function labelNewIssue({ github: { maintainer } }: DemoWorld, title: string): Promise<void> {
  const issue = (await maintainer.send("POST", `/repos/${REPOSITORY}/issues`, { title, body: title })) as {
    readonly number: number;
  };
  await maintainer.send("POST", `/repos/${REPOSITORY}/issues/${issue.number}/labels`, { labels: ["runyard"] });
}

/** Looks again and again; throws when `look` finds nothing in time. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + CLUSTER_MS_MAX;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}
