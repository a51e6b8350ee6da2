// The demonstration, with its engine killed at random moments. On request, because it takes minutes: RUNYARD_DEMO_KILLS=20
// says how often, RUNYARD_SEED=N when.
import { expect, it } from "vitest";
import { startGitHubSimulator, type GitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import { startModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import { chooseModel } from "../../src/programs/demo/demo-model.ts";
import { runDemo } from "../../src/programs/demo/run-demo.ts";
import type { EngineOptions } from "../../src/programs/engine.ts";
import { startKilledEngine, type KilledEngine } from "../support/killed-engine.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";
import { comparableEffects } from "../support/what-happened.ts";

const COUNT = Number(process.env["RUNYARD_DEMO_KILLS"] ?? 0);
const SEED = Number(process.env["RUNYARD_SEED"] ?? Date.now() % 100_000);
const DEMO_MS_MAX = 1_200_000;
if (COUNT === 0) console.warn("SKIPPED: the demo's engine killed; set RUNYARD_DEMO_KILLS=20 to run it");

it.skipIf(COUNT === 0)(
  `a demonstration whose engine is killed ${COUNT} times comes true, with the same effects as one that is not (seed ${SEED})`,
  async () => {
    const began = Date.now();
    const undisturbed = await demonstrate(0, 0);
    // On average three quarters of the time that it takes undisturbed, so that the last kill still meets it at work.
    const pauseMsMax = (1.5 * (Date.now() - began)) / COUNT;
    const killed = await demonstrate(COUNT, pauseMsMax);
    console.log(`the engine was killed ${killed.kills} times`);

    expect({ undisturbed: undisturbed.passed, killed: killed.passed }).toEqual({ undisturbed: true, killed: true });
    expect(killed.effects).toEqual(undisturbed.effects);
    expect(killed.kills).toBe(COUNT);
  },
  2 * DEMO_MS_MAX,
);

async function demonstrate(count: number, pauseMsMax: number) {
  let github: GitHubSimulator | undefined;
  let engine: KilledEngine | undefined;
  const model = chooseModel(undefined, {});
  if (typeof model === "string") throw new Error(model);
  const passed = await runDemo({
    keep: false,
    json: false,
    dataDirectory: undefined,
    model,
    standIns: {
      startGitHub: async (options) => (github = await startGitHubSimulator(options)),
      startModel: () => startModelSimulator({ clock: REAL_CLOCK }),
    },
    environment: { ...process.env },
    color: false,
    write: (line) => console.log(line),
    signal: AbortSignal.timeout(DEMO_MS_MAX),
    untilStopped: () => Promise.resolve(),
    startEngine: async (options: EngineOptions) =>
      (engine = await startKilledEngine(options, { count, pauseMsMax, random: seededRandom(SEED) })),
  });
  return {
    passed,
    kills: engine?.killed() ?? 0,
    effects: withoutRunHashes(comparableEffects(github?.effects() ?? [])),
  };
}

/** The branch of a DocsRun is named by a hash of the commit that asked for it, which has a time. */
function withoutRunHashes(effects: readonly string[]): readonly string[] {
  return effects.map((effect) => effect.replaceAll(/task-files-[0-9a-f]{8}/g, "task-files-<run>")).sort();
}

/** A linear congruential generator: the same moments for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
