import { expect, it } from "vitest";

import { dependenciesOf, formatConditions, needsJoin, parseConditions } from "../../../src/argo/sensor/conditions.ts";
import { decideTrigger, type TriggerDecision } from "../../../src/argo/sensor/decide-trigger.ts";
import { filterEvent } from "../../../src/argo/sensor/filter-event.ts";
import { resolveParameter } from "../../../src/argo/sensor/resolve-parameter.ts";
import type { SensorEvent } from "../../../src/argo/sensor/sensor-event.ts";
import type { EventDependency, EventFilters } from "../../../src/resources/sensor.ts";

const sources = { now: () => 0, random: () => 0 };

function event(subject: string, data: object = {}): SensorEvent {
  const context = {
    id: subject,
    source: "github",
    specversion: "1.0",
    type: "github",
    datacontenttype: "application/json",
    subject,
    time: "2026-01-02T00:00:00Z",
  };
  return { context, data: JSON.stringify(data) };
}

function dependency(name: string, eventName = name, change: Partial<EventDependency> = {}): EventDependency {
  return { name, eventSourceName: "github", eventName, ...change };
}

interface Case {
  readonly conditions?: string;
  readonly dependencies?: readonly EventDependency[];
  readonly event: SensorEvent;
  readonly held?: readonly string[];
}

function decide({
  conditions,
  dependencies = [dependency("a"), dependency("b"), dependency("c")],
  held = [],
  ...rest
}: Case): TriggerDecision {
  const names = dependencies.map(({ name }) => name);
  return decideTrigger(
    {
      conditions: parseConditions(conditions, names),
      dependencies,
      event: rest.event,
      held: new Map(held.map((name) => [name, event(name)])),
    },
    sources,
  );
}

function firedWith(decision: TriggerDecision): readonly (readonly string[])[] {
  return decision.kind === "fire" ? decision.firings.map((events) => [...events.keys()].sort()) : [];
}

it("with alternatives every matching event fires by itself", () => {
  expect(firedWith(decide({ conditions: "a || b", event: event("b") }))).toEqual([["b"]]);
});

it("two dependencies that match one event fire twice", () => {
  const dependencies = [dependency("a", "x"), dependency("b", "x")];

  expect(firedWith(decide({ conditions: "a || b", dependencies, event: event("x") }))).toEqual([["a"], ["b"]]);
});

it("an event that the conditions do not name does nothing", () => {
  expect(decide({ conditions: "a", event: event("b") })).toEqual({
    kind: "notMatched",
    reason: "no dependency of the trigger is for this event",
  });
});

it("the reason says which filter wanted what", () => {
  const filters = { data: [{ path: "action", type: "string", value: ["^opened$"] }] };
  const decision = decide({
    conditions: "a",
    dependencies: [dependency("a", "a", { filters })],
    event: event("a", { action: "closed" }),
  });

  expect(decision).toEqual({ kind: "notMatched", reason: 'a: action is "closed", wanted = ^opened$' });
});

it("a filter on a missing path does not match and says so", () => {
  const filters = { data: [{ path: "issue.number", type: "number", value: ["1"] }] };
  const decision = decide({ conditions: "a", dependencies: [dependency("a", "a", { filters })], event: event("a") });

  expect(decision).toMatchObject({ reason: "a: data filter error (path 'issue.number' does not exist)" });
});

it("a join waits until all events are there and then fires with all of them", () => {
  expect(decide({ event: event("a") })).toMatchObject({ kind: "wait", holds: ["a"] });
  expect(firedWith(decide({ event: event("c"), held: ["a", "b"] }))).toEqual([["a", "b", "c"]]);
});

it("a join uses up everything that waited, also what its branch did not need", () => {
  const decision = decide({ conditions: "(a && b) || c", event: event("c"), held: ["a"] });

  expect(firedWith(decision)).toEqual([["a", "c"]]);
  expect(decision).toMatchObject({ clears: true, holds: [] });
});

it("a filter of fields sees their JSON types", () => {
  const paths = { yes: true, no: false, count: 3, name: "x", list: [1], nothing: null };
  const fields = Object.keys(paths).map((name) => ({ name, path: name }));
  const expr = "yes && !no && count == 3 && name == 'x' && nothing == nothing";
  const dependencies = [dependency("a", "a", { filters: { exprs: [{ expr, fields }] } })];

  expect(decide({ conditions: "a", dependencies, event: event("a", paths) }).kind).toBe("fire");
});

it.each<readonly [string, EventFilters]>([
  ["data filter error (event data not valid JSON)", { data: [{ path: "a", type: "string", value: ["x"] }] }],
  ["expr filter error (event data not valid JSON)", { exprs: [{ expr: "a", fields: [{ name: "a", path: "a" }] }] }],
])("data that is no JSON does not match: %s", (reason, filters) => {
  const dependencies = [dependency("a", "a", { filters })];

  expect(decide({ conditions: "a", dependencies, event: { ...event("a"), data: "{" } })).toEqual({
    kind: "notMatched",
    reason: `a: ${reason}`,
  });
});

it("an error that no filter and no parameter can have goes through, instead of counting as no match", () => {
  const broken = { ...sources, now: (): number => expect.fail("the clock stands still") };
  const template = "{{ now }}";
  const data = [{ path: "x", type: "string", value: ["x"], template }];
  const src = { dependencyName: "a", dataTemplate: template };

  expect(() => filterEvent({ filters: { data } }, event("a", { x: 1 }), broken)).toThrow("the clock stands still");
  expect(() => resolveParameter(src, new Map([["a", event("a")]]), broken)).toThrow("the clock stands still");
});

it("conditions may be a constant, may be nested up to a limit, and need a dependency", () => {
  const nested = (count: number): string => `${"(".repeat(count)}a${")".repeat(count)}`;

  expect(formatConditions(parseConditions(" false ", ["a"]))).toBe("false");
  expect(dependenciesOf(parseConditions("true", ["a", "b"]))).toEqual([]);
  expect(needsJoin(parseConditions("true", ["a", "b"]))).toBe(false);
  expect(formatConditions(parseConditions(nested(100), ["a"]))).toBe(nested(100));
  expect(() => parseConditions(nested(101), ["a"])).toThrow("more than 100 parentheses inside each other");
  expect(() => parseConditions("", [])).toThrow("there are no dependencies");
});
