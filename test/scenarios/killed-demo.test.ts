// The demonstration, with its engine killed at random moments. On request, because it takes minutes: RUNYARD_DEMO_KILLS=20
// says how often, RUNYARD_SEED=N when.
import { expect, it } from "vitest";
import type { EngineOptions } from "../../src/programs/engine.ts";
import { demonstrate } from "../support/demonstrate.ts";
import { startKilledEngine, type KilledEngine } from "../support/killed-engine.ts";

const COUNT = Number(process.env["RUNYARD_DEMO_KILLS"] ?? 0);
const SEED = Number(process.env["RUNYARD_SEED"] ?? Date.now() % 100_000);
const DEMO_MS_MAX = 1_200_000;
if (COUNT === 0) console.warn("SKIPPED: the demo's engine killed; set RUNYARD_DEMO_KILLS=20 to run it");

it.skipIf(COUNT === 0)(
  `a demonstration whose engine is killed ${COUNT} times comes true, with the same effects as one that is not (seed ${SEED})`,
  async () => {
    const began = Date.now();
    const undisturbed = await killOften(0, 0);
    // On average three quarters of the time that it takes undisturbed, so that the last kill still meets it at work.
    const pauseMsMax = (1.5 * (Date.now() - began)) / COUNT;
    const killed = await killOften(COUNT, pauseMsMax);
    console.log(`the engine was killed ${killed.kills} times`);

    expect({ undisturbed: undisturbed.passed, killed: killed.passed }).toEqual({ undisturbed: true, killed: true });
    expect(killed.effects).toEqual(undisturbed.effects);
    expect(killed.kills).toBe(COUNT);
  },
  2 * DEMO_MS_MAX,
);

async function killOften(count: number, pauseMsMax: number) {
  let engine: KilledEngine | undefined;
  const start = async (options: EngineOptions) =>
    (engine = await startKilledEngine(options, { count, pauseMsMax, random: seededRandom(SEED) }));
  const { passed, effects } = await demonstrate({ start, msMax: DEMO_MS_MAX });
  return { passed, effects, kills: engine?.killed() ?? 0 };
}

/** A linear congruential generator: the same moments for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
