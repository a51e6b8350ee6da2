// The engine kills itself in the middle of what it does, with real processes, git, GitHub simulator and model, in a
// pipeline of two stages. Once for each kind of change, right before it and right after it; and whenever something has
// happened outside. RUNYARD_CRASH_POINTS=all: after every single change of anything, one after the other.
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readDeaths, type DeathPlan } from "../support/death-plan.ts";
import { EngineWorld, MODEL_SCRIPT } from "../support/engine-world.ts";
import { finishTask, keepEngine, killAtEffects } from "../support/kept-engine.ts";
import { effectsOf, endingsOf } from "../support/what-happened.ts";

const IS_ALL = process.env["RUNYARD_CRASH_POINTS"] === "all";
const RUN_MS = IS_ALL ? 3_600_000 : 600_000;
if (!IS_ALL) console.warn("SKIPPED: a death after every single change; set RUNYARD_CRASH_POINTS=all to run it");

interface Course {
  readonly effects: readonly string[];
  readonly endings: readonly string[];
  readonly modelCalls: number;
}

/** Each of these an engine must have died of: the plan did not only wait. */
const DEATHS = ["append event", "create Workflow", "create CodeRun", "create Job", "create Pod", "start pod"];

let undisturbed: Course;

beforeAll(async () => {
  const world = await EngineWorld.start({ isReduced: true });
  try {
    await finishTask(world, RUN_MS);
    undisturbed = await courseOf(world);
  } finally {
    await world.stop();
  }
}, RUN_MS);

async function courseOf(world: EngineWorld): Promise<Course> {
  return {
    effects: effectsOf(world),
    endings: await endingsOf(world),
    modelCalls: world.models.report(MODEL_SCRIPT)?.calls ?? 0,
  };
}

/** The course of a task whose engines die as planned, and of what they have died. */
async function dieThrough(plan: Omit<DeathPlan, "record">, killsAtEffects: boolean) {
  const world = await EngineWorld.start({ isReduced: true });
  const over = new AbortController();
  const keeping: Promise<unknown>[] = [];
  onTestFinished(async () => {
    over.abort();
    await Promise.allSettled(keeping);
    await world.stop();
  }, 60_000);
  await world.stopEngine();
  const deathPlan = { ...plan, record: join(world.directory, "deaths") };
  world.deathPlan = deathPlan;
  keeping.push(keepEngine(world, over.signal));
  const kills = killsAtEffects ? killAtEffects(world, over.signal) : Promise.resolve(0);
  keeping.push(kills);
  await finishTask(world, RUN_MS);
  over.abort();
  await Promise.all(keeping);
  // What has happened is read from an engine that lives.
  world.deathPlan = undefined;
  await world.stopEngine();
  await world.startEngine();
  return { course: await courseOf(world), deaths: readDeaths(deathPlan), kills: await kills };
}

describe("an engine that dies", () => {
  it(
    "right before each kind of change ends as one that does not",
    async () => {
      const { course, deaths } = await dieThrough({ of: "each-kind", when: "before" }, false);

      expect(deaths).toEqual(expect.arrayContaining(DEATHS));
      expect(course).toEqual(undisturbed);
    },
    RUN_MS,
  );

  it(
    "right after each kind of change and at every effect outside ends as one that does not",
    async () => {
      const { course, deaths, kills } = await dieThrough({ of: "each-kind", when: "after" }, true);

      expect(deaths).toEqual(expect.arrayContaining(DEATHS));
      // How many effects one engine lives to see depends on the machine.
      expect(kills).toBeGreaterThan(2);
      expect(course).toEqual(undisturbed);
    },
    RUN_MS,
  );

  it.skipIf(!IS_ALL)(
    "after every single change ends as one that does not",
    async () => {
      const { course, deaths } = await dieThrough({ of: "each-change", when: "after" }, false);
      console.log(`the engine died ${deaths.length} times`);

      expect(deaths.length).toBeGreaterThan(100);
      expect(course).toEqual(undisturbed);
    },
    RUN_MS,
  );
});
