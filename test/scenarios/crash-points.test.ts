// The engine dies in every single change that it makes while the reduced pipeline runs, one after the other, and another
// engine goes on. The end is always the same, and no pod is started twice: none of them pays a model or pushes again.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CrashWorld, type Ending } from "../support/crash-world.ts";
import { writeReducedChart } from "../support/reduced-chart.ts";
import { temporaryDirectory } from "../support/temporary-store.ts";

/** More changes than the pipeline makes: a pipeline that goes on for ever fails the test. */
const CHANGES_MAX = 500;
const TEST_MS = 600_000;

it(
  "ends the same wherever the engine dies, with every pod started once",
  async () => {
    const directory = await temporaryDirectory();
    const chart = await writeReducedChart(join(directory, "chart"));
    const values = join(directory, "values.yaml");
    await writeFile(values, JSON.stringify({ repositories: [{ name: "acme/shop" }] }));
    const run = async (dyingChange: number): Promise<{ readonly died: boolean; readonly ending: Ending }> => {
      const world = await CrashWorld.open(chart, values);
      try {
        return { died: await world.run(dyingChange), ending: await world.ending() };
      } finally {
        await world.close();
      }
    };
    const wanted = (await run(0)).ending;

    let change = 1;
    for (; change <= CHANGES_MAX; change += 1) {
      const { died, ending } = await run(change);
      expect({ change, ending }).toEqual({ change, ending: wanted });
      if (!died) break;
    }

    expect(change).toBeGreaterThan(30);
    expect(change).toBeLessThan(CHANGES_MAX);
  },
  TEST_MS,
);
