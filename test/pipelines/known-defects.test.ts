// What went wrong in the pipelines of the system that Runyard is compatible with. Each test begins with the number that
// the defect has in our notes about that system.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { LABELS, readRunIdentity, STAGES } from "../../src/resources/run-identity.ts";

const folder = new URL("../../charts/runyard/pipelines/", import.meta.url);
const texts = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

interface Place {
  readonly path: string;
  readonly key: string;
  readonly value: unknown;
}

/** Every key of every manifest, with its path. */
function placesOf(value: unknown, path: string): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  const places: Place[] = [];
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    places.push({ path: `${path}.${key}`, key, value: inner }, ...placesOf(inner, `${path}.${key}`));
  }
  return places;
}

const places = texts.flatMap(({ name, text }) =>
  parseAllDocuments(text).flatMap((document) => placesOf(document.toJS(), name)),
);

function manifest(name: string): string {
  const text = texts.find((candidate) => candidate.name === name)?.text;
  if (text === undefined) throw new Error(`no pipeline ${name}`);
  return text;
}

it("A.5 every retry of a step has a limit and a pause that grows; that of a run, which costs money, has a condition too", () => {
  const retries = places.filter(({ key, path }) => key === "retryStrategy" && path.includes(".templates."));

  expect(retries.length).toBeGreaterThan(0);
  for (const { path, value } of retries) {
    const { limit, expression, backoff } = value as Readonly<Record<string, unknown>>;
    expect(Number(limit), path).toBeLessThanOrEqual(5);
    expect(Number(limit), path).toBeGreaterThanOrEqual(1);
    if (path.includes("run-template")) expect(expression, path).toContain("failure condition");
    expect(backoff, path).toMatchObject({ duration: expect.any(String) as string, factor: "2" });
  }
});

it("C.3 every workflow that an event starts is named by repository id, not by task alone", () => {
  const names = places.filter(({ key, value }) => key === "dest" && value === "metadata.name");
  const sensors = texts.filter(({ name }) => name.startsWith("sensor-"));

  expect(names.length).toBeGreaterThanOrEqual(sensors.length);
  for (const { path } of names) {
    const parameter = path.replace(/\.dest$/, "");
    const source = places.filter((place) => place.path.startsWith(`${parameter}.src.`));
    expect(JSON.stringify(source.map(({ value }) => value)), parameter).toMatch(/repository[-.]?id/i);
  }
});

it("E.4 no event text reaches a shell: there is no script, and every command is a fixed program", () => {
  expect(places.filter(({ key }) => key === "script").map(({ path }) => path)).toEqual([]);
  const commands = places.filter(({ key, value }) => key === "command" && Array.isArray(value));
  expect(commands.length).toBeGreaterThan(0);
  for (const { path, value } of commands) expect((value as string[])[0], path).toBe("/opt/runyard/bin/agent");
});

it("F.1 the stage is read from the label that the template sets", () => {
  const labels = { [LABELS.stage]: "tests" };
  const run = { apiVersion: "agents.platform/v1", kind: "CodeRun", metadata: { name: "a", labels } };

  expect(manifest("coderun-template.yaml")).toContain(`${LABELS.stage}: "{{inputs.parameters.stage}}"`);
  expect(readRunIdentity(run).stage).toBe("tests");
});

it("F.5 gates gate: nothing continues on failure, and a stage starts only after the one before it", () => {
  expect(places.filter(({ key }) => key === "continueOn").map(({ path }) => path)).toEqual([]);
  const tasks = places
    .filter(({ key, value }) => key === "tasks" && Array.isArray(value))
    .flatMap(({ value }) => value as readonly { readonly name: string; readonly depends?: string }[]);
  for (const [position, stage] of STAGES.entries()) {
    const before = STAGES[position - 1];
    const depends = tasks.find(({ name }) => name === stage)?.depends ?? "";
    expect(depends, stage).toContain(
      before === undefined ? "admit.Succeeded" : `(${before}.Succeeded || ${before}.Skipped)`,
    );
    expect(depends, stage).not.toMatch(/Failed|Errored|Omitted/);
  }
});
