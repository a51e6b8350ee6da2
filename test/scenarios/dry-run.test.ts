// A task with publish.mode dry-run: the work is done and shown, and GitHub is left as it was.
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { EngineWorld } from "../support/engine-world.ts";

const TASK_MS = 240_000;
let world: EngineWorld;
let log = "";

beforeAll(async () => {
  world = await EngineWorld.start({ values: { publish: { mode: "dry-run" } } });
  await world.labelNewIssue();
  await world.finishedWorkflows(TASK_MS);
  for await (const path of glob("pods/*/logs/*.log", { cwd: world.dataDirectory }))
    log += await readFile(join(world.dataDirectory, path), "utf8");
}, TASK_MS + 60_000);

afterAll(async () => {
  await world.stop();
});

it("writes nothing to GitHub: every effect there is a person's", () => {
  const actors = world.github.effects().map(({ actor }) => actor);

  expect(actors.length).toBeGreaterThan(0);
  expect(new Set(actors)).toEqual(new Set(["wes"]));
});

it("runs stages that end as dry runs, with a workflow whose steps go on as they would", async () => {
  const runs = (await world.store.list(CODE_RUN)).items;
  const author = runs.find(({ metadata }) => metadata.name.endsWith("-author"));

  expect(author?.status).toMatchObject({ phase: "Succeeded", message: "dry run: 1 commands passed" });
  expect(author?.status?.conditions?.[0]).toMatchObject({ type: "Complete", reason: "DryRun" });
  expect(runs.map(({ metadata }) => metadata.name.split("-").at(-1))).toContain("clippy");
});

it("shows the change, the check runs and the comment that there would be", () => {
  expect(log).toContain('"message":"+the feature"');
  expect(log).toContain('"message":"dry run: check run runyard/author would be success:"');
  expect(log).toMatch(/"message":"dry run: nothing is written to GitHub","comment":".*\| author \| Succeeded \|/);
});
