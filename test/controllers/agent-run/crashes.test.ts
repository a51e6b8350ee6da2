import { describe, expect, it } from "vitest";
import { CODE_RUN, type CodeRun } from "../../../src/resources/code-run.ts";
import { CONFIG_MAP } from "../../../src/resources/core.ts";
import { JOB } from "../../../src/resources/job.ts";
import type { Kind } from "../../../src/resources/kind.ts";
import { FailingResourceStore, type WriteFault } from "../../support/failing-resource-store.ts";
import { codeRun } from "../../support/runs.ts";
import { published, RunWorld, type JobEnd } from "../../support/run-world.ts";

const lost: JobEnd = { kind: "failed", reason: "PodLost" };

/** What the world does to the run; each step is followed by passes until nothing changes. */
const STORIES: Readonly<Record<string, readonly (JobEnd | "supersede")[]>> = {
  "a run that succeeds": [published()],
  "a run whose pod is lost once": [lost, published()],
  "a run whose pods are all lost": [lost, lost, lost],
  "a superseded run": ["supersede"],
};

/** Plays a story with a run of its own; at the fault the controller's process dies and another one goes on. */
async function play(world: RunWorld, story: readonly (JobEnd | "supersede")[], fault?: WriteFault) {
  const id = fault === undefined ? "n" : `${fault.when.slice(0, 1)}${String(fault.write)}`;
  const lane = `lane-1-${id}`;
  await world.setLane(1, lane);
  const store = new FailingResourceStore(world.store, fault);
  const run = await world.store.create(CODE_RUN, storyRun(id, lane));
  await settleThroughDeath(world, run, store);
  for (const step of story) {
    if (step === "supersede") await world.setLane(2, lane);
    else await world.endJob((await world.statusOf(run)).jobName ?? "", step);
    await settleThroughDeath(world, run, store);
  }
  return { ending: await endingOf(world, run, id), writes: store.writeCount };
}

function storyRun(id: string, lane: string): CodeRun {
  const annotations = {
    "runyard.dev/lane": lane,
    "runyard.dev/generation": "1",
    "runyard.dev/head-sha": "a".repeat(40),
  };
  return codeRun({ name: `run-${id}`, annotations });
}

async function settleThroughDeath(world: RunWorld, run: CodeRun, store: FailingResourceStore): Promise<void> {
  try {
    await world.settle(run, store);
  } catch {
    store.heal();
    await world.settle(run, store);
  }
}

/** All that the run has made, without what tells it from the others. */
async function endingOf(world: RunWorld, run: CodeRun, id: string): Promise<unknown> {
  const { uid = "", name } = run.metadata;
  const own = async (kind: Kind) =>
    (await world.store.list(kind)).items
      .filter((object) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true)
      .map((object) => object.metadata.name);
  const ending = {
    status: await world.statusOf(run),
    jobs: await own(JOB),
    configMaps: await own(CONFIG_MAP),
    verdicts: [...world.verdicts.written.values()].filter((verdict) => verdict.runName === name),
  };
  return JSON.parse(JSON.stringify(ending).replaceAll(uid.slice(0, 8), "uid").replaceAll(`run-${id}`, "run"));
}

describe.each(Object.entries(STORIES))("%s", (_name, story) => {
  it("ends the same wherever its controller dies", async () => {
    const world = await RunWorld.open();
    const { ending, writes } = await play(world, story);
    expect(writes).toBeGreaterThanOrEqual(5);

    for (let write = 1; write <= writes; write += 1) {
      for (const when of ["before", "after"] as const) {
        const fault = { write, when, isFinal: true };
        expect({ fault, ending: (await play(world, story, fault)).ending }).toEqual({ fault, ending });
      }
    }
  });
});
