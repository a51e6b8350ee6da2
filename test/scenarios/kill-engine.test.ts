// The engine is killed as by a power cut. Nothing that it accepted is lost, nothing is done twice, and no model is paid
// twice. RUNYARD_KILLS says how often the engine is killed within one run; RUNYARD_KILLS=20 takes minutes.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { EngineWorld, MODEL_SCRIPT, waitFor } from "../support/engine-world.ts";
import { effectsOf, endingsOf } from "../support/what-happened.ts";

const RUN_MS = 240_000;
const MODEL_MS = 2_000;
const KILL_COUNT = Number(process.env["RUNYARD_KILLS"] ?? 6);

async function startWorld(modelDelayMs: number): Promise<EngineWorld> {
  const world = await EngineWorld.start({ modelDelayMs });
  onTestFinished(() => world.stop(), 60_000);
  return world;
}

function modelCalls(world: EngineWorld): number {
  return world.models.report(MODEL_SCRIPT)?.calls ?? 0;
}

async function authorStatus(world: EngineWorld) {
  const runs = await world.store.list(CODE_RUN);
  return runs.items.find((run) => run.metadata.name.endsWith("-author"))?.status;
}

describe("an engine that is killed during an agent's turn", () => {
  it(
    "finds the turn gone on, uses its result, and has asked the model once",
    async () => {
      const world = await startWorld(MODEL_MS);
      await world.labelNewIssue();
      await waitFor("the model to be asked", () => modelCalls(world) === 1, 60_000);

      await world.killEngine();
      // The model answers while there is no engine.
      await sleep(MODEL_MS + 1_000);
      await world.startEngine();
      await waitFor("the author's run to end", async () => (await authorStatus(world))?.phase === "Succeeded", RUN_MS);

      expect(await authorStatus(world)).toMatchObject({ phase: "Succeeded", retryCount: 0, contextVersion: 1 });
      // The next agent has not been started yet.
      expect(modelCalls(world)).toBe(1);
      expect(effectsOf(world).filter((effect) => effect.includes('"ref.created"'))).toHaveLength(1);
    },
    RUN_MS + 60_000,
  );
});

describe(`an engine that is killed ${KILL_COUNT} times during one run`, () => {
  it(
    "ends with the same state and the same effects on GitHub as one that is not",
    async () => {
      const undisturbed = await startWorld(200);
      await undisturbed.labelNewIssue();
      const began = Date.now();
      await undisturbed.finishedWorkflows(RUN_MS);
      const tookMs = Date.now() - began;
      const wanted = {
        effects: effectsOf(undisturbed),
        endings: await endingsOf(undisturbed),
        calls: modelCalls(undisturbed),
      };
      await undisturbed.stop();

      const world = await startWorld(200);
      await world.labelNewIssue();
      for (let kill = 0; kill < KILL_COUNT; kill += 1) {
        await sleep(tookMs / (KILL_COUNT + 1));
        await world.killEngine();
        await world.startEngine();
      }
      await world.finishedWorkflows(RUN_MS);

      expect(effectsOf(world)).toEqual(wanted.effects);
      expect(await endingsOf(world)).toEqual(wanted.endings);
      expect(modelCalls(world)).toBe(wanted.calls);
    },
    3 * RUN_MS,
  );
});
