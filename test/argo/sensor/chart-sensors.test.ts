import { readdirSync, readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { decideGithubDelivery } from "../../../src/argo/event-source/github-delivery.ts";
import { buildResource } from "../../../src/argo/sensor/build-resource.ts";
import { parseConditions } from "../../../src/argo/sensor/conditions.ts";
import { decideTrigger } from "../../../src/argo/sensor/decide-trigger.ts";
import { parseSensor } from "../../../src/argo/sensor/parse-sensor.ts";
import { parseYaml } from "../../../src/languages/yaml.ts";
import { nodeHmac } from "../../../src/platform/node/node-hmac.ts";
import type { SensorSpec } from "../../../src/resources/sensor.ts";
import { exampleDeliveries } from "../../support/github-events.ts";

const chart = new URL("../../../charts/runyard/pipelines/", import.meta.url);
const sources = { now: () => 0, random: () => 0 };

const sensors: readonly SensorSpec[] = readdirSync(chart)
  .filter((file) => file.startsWith("sensor-"))
  .map((file) => {
    const parsed = parseSensor((parseYaml(readFileSync(new URL(file, chart), "utf8")) as { spec: unknown }).spec);
    if (!parsed.isValid) throw new Error(`${file} is not valid`);
    return parsed.spec;
  });

/** What every sensor of the chart makes of a delivery: `trigger: name`. */
function madeOf(event: string, body: string): readonly string[] {
  const decision = decideGithubDelivery(
    {
      headers: new Map([
        ["content-type", ["application/json"]],
        ["x-github-event", [event]],
      ]),
      body: Buffer.from(body),
    },
    { digest: nodeHmac },
  );
  if (decision.kind === "refused") throw new Error(decision.reason);
  const context = {
    id: "1",
    source: "github",
    specversion: "1.0",
    type: "github",
    datacontenttype: "application/json",
    subject: "runyard",
    time: "2026-01-02T00:00:00Z",
  };
  return sensors.flatMap((spec) => madeBySensor(spec, { context, data: decision.data }));
}

function madeBySensor(spec: SensorSpec, event: Parameters<typeof decideTrigger>[0]["event"]): readonly string[] {
  const names = spec.dependencies.map(({ name }) => name);
  return spec.triggers.flatMap(({ template }) => {
    const conditions = parseConditions(template.conditions, names);
    const decision = decideTrigger({ conditions, dependencies: spec.dependencies, event, held: new Map() }, sources);
    if (decision.kind !== "fire" || template.k8s === undefined) return [];
    const { source, parameters = [] } = template.k8s;
    return decision.firings.map((events) => {
      const made = buildResource(source.resource, parameters, { events, sources }) as { metadata: { name: string } };
      return `${template.name}: ${made.metadata.name}`;
    });
  });
}

const deliveries = exampleDeliveries();

it("every delivery that GitHub documents goes through every sensor, and what is made has a legal name", () => {
  const made = deliveries.flatMap(({ event, body }) => madeOf(event, body));

  expect(made.length).toBeGreaterThan(10);
  const illegal = made.filter((line) => !/^[\w-]+: [a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(line));
  expect(illegal).toEqual([]);
});

it("the same delivery always has the same name", () => {
  const sample = deliveries.filter((_, at) => at % 10 === 0);
  const names = (): readonly string[] => sample.flatMap(({ event, body }) => madeOf(event, body));

  expect(names()).toEqual(names());
});

it("a new head makes a workflow named after repository, number and commit", () => {
  const opened = deliveries.find(({ title }) => title.startsWith("pull_request.synchronize"));
  const payload = JSON.parse(opened?.body ?? "{}") as {
    repository: { id: number };
    number: number;
    pull_request: { head: { sha: string } };
  };

  expect(madeOf("pull_request", opened?.body ?? "")).toContainEqual(
    expect.stringContaining(
      `head-${payload.repository.id}-${payload.number}-${payload.pull_request.head.sha.slice(0, 12)}`,
    ),
  );
});

it("our own checks start nothing", () => {
  const failed = deliveries.find(({ title }) => title.startsWith("check_run.completed"));
  const payload = JSON.parse(failed?.body ?? "{}") as { check_run: Record<string, unknown> };
  const named = (name: string): string =>
    JSON.stringify({
      ...payload,
      check_run: { ...payload.check_run, name, conclusion: "failure", app: { slug: "octocat" } },
    });

  expect(madeOf("check_run", named("runyard/tests"))).toEqual([]);
  expect(madeOf("check_run", named("lint"))).toEqual([expect.stringMatching(/^check-failed: ci-/)]);
});
