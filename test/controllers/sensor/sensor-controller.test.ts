import { expect, it } from "vitest";

import { runControllers } from "../../../src/controllers/loop/run-controllers.ts";
import { PlatformError } from "../../../src/platform/errors.ts";
import { SENSOR, WORKFLOW } from "../../../src/resources/argo-kinds.ts";
import { CONFIG_MAP } from "../../../src/resources/core.ts";
import { eventWorld, namespace, type EventWorld } from "../../support/event-world.ts";
import { FailingResourceStore } from "../../support/failing-resource-store.ts";
import { temporaryDirectory, temporaryStore } from "../../support/temporary-store.ts";

const dependencies = [
  {
    name: "push",
    eventSourceName: "github",
    eventName: "runyard",
    filters: { data: [{ path: "body.X-GitHub-Event", type: "string", value: ["^push$"] }] },
  },
];

function parameter(dest: string, dataKey: string): object {
  return { src: { dependencyName: "push", dataKey }, dest };
}

interface Change {
  readonly k8s?: object;
  readonly trigger?: object;
  readonly resource?: object;
}

function sensor({ k8s, trigger, resource }: Change = {}): object {
  const source = {
    resource: resource ?? { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data: { sha: "" } },
  };
  const parameters = [parameter("metadata.name", "body.after"), parameter("data.sha", "body.after")];
  return {
    dependencies,
    triggers: [{ template: { name: "run", k8s: { operation: "patch", source, parameters, ...k8s } }, ...trigger }],
  };
}

async function pushed(spec: object, world?: EventWorld): Promise<EventWorld> {
  const made = world ?? (await eventWorld());
  await made.createEventSource();
  await made.createSensor("s", spec);
  await made.deliver("push", { after: "abc" });
  return made;
}

async function madeSha({ store }: EventWorld, name = "abc"): Promise<string | undefined> {
  return (await store.get(CONFIG_MAP, { namespace, name }))?.data?.["sha"];
}

it("an event makes the resource of the trigger with its parameters, and its fate can be read", async () => {
  const world = await pushed(sensor());

  expect(await world.runSensor("s")).toMatchObject([
    { eventId: "event-1", trigger: "run", fate: "Triggered", message: "ConfigMap runyard/abc" },
  ]);
  expect(await madeSha(world)).toBe("abc");
});

it("a second delivery of the same thing changes nothing", async () => {
  const world = await pushed(sensor());
  await world.runSensor("s");
  const before = await world.store.get(CONFIG_MAP, { namespace, name: "abc" });
  await world.deliver("push", { after: "abc" });

  expect(await world.runSensor("s")).toMatchObject([{ message: "ConfigMap runyard/abc, which was there already" }, {}]);
  expect(await world.store.get(CONFIG_MAP, { namespace, name: "abc" })).toEqual(before);
});

it("an event that does not pass the filters has the reason as its fate", async () => {
  const world = await pushed(sensor());
  await world.runSensor("s");
  await world.deliver("issues", { action: "opened" });

  expect((await world.runSensor("s"))[0]).toMatchObject({
    fate: "NotMatched",
    message: 'push: body.X-GitHub-Event is "issues", wanted = ^push$',
  });
});

it("an event that lacks a parameter fails with what is missing, and is not tried again", async () => {
  const world = await pushed(sensor({ trigger: { atLeastOnce: true, retryStrategy: { steps: 3 } } }));
  await world.runSensor("s");
  await world.deliver("push", {});

  expect((await world.runSensor("s"))[0]).toMatchObject({
    fate: "Failed",
    message: "unable to resolve 'push' parameter value: nothing is at body.after",
  });
});

it("a trigger has only the rights of the sensor's service account", async () => {
  const world = await eventWorld();
  world.forbidden.add("create");
  await pushed({ ...sensor(), template: { serviceAccountName: "robot" } }, world);

  expect((await world.runSensor("s"))[0]).toMatchObject({
    fate: "Failed",
    message: "configmaps is forbidden: system:serviceaccount:runyard:robot may not create",
  });
});

it("a failed trigger is tried again after growing waits until it succeeds", async () => {
  const retry = { atLeastOnce: true, retryStrategy: { steps: 3, duration: "10s", factor: 2, jitter: 0 } };
  const world = await eventWorld();
  world.forbidden.add("create");
  await pushed(sensor({ trigger: retry }), world);

  expect(await world.runSensor("s")).toEqual([]);
  await world.clock.advance(9_000);
  expect(await world.sensors.reconcile({ namespace, name: "s" }, world.clock.now())).toEqual({
    kind: "checkAgainAfter",
    ms: 1000,
  });
  await world.clock.advance(1_000);
  expect(await world.runSensor("s")).toEqual([]);
  world.forbidden.clear();
  await world.clock.advance(20_000);
  expect(await world.runSensor("s")).toMatchObject([{ fate: "Triggered" }]);
});

it("after its attempts the dead letter trigger gets the event", async () => {
  const letter = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "dead" }, data: { sha: "" } };
  const parameters = [parameter("data.sha", "body.after")];
  const dlqTrigger = {
    atLeastOnce: true,
    template: { name: "dead", k8s: { operation: "create", source: { resource: letter }, parameters } },
  };
  const retry = { atLeastOnce: true, retryStrategy: { steps: 2, duration: "1s", jitter: 0 }, dlqTrigger };
  const world = await eventWorld();
  world.forbidden.add("patch");
  await pushed(sensor({ k8s: { parameters: [parameter("data.sha", "body.after")] }, trigger: retry }), world);
  await world.store.create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace } });

  for (let pass = 0; pass < 3; pass += 1) {
    await world.runSensor("s");
    await world.clock.advance(5_000);
  }
  expect(await madeSha(world, "dead")).toBe("abc");
  expect((await world.runSensor("s"))[0]).toMatchObject({
    fate: "Failed",
    message: expect.stringMatching(
      /^ConfigMap runyard\/dead, by the dead letter trigger, because .*forbidden/,
    ) as string,
  });
});

it.each(["before", "after"] as const)(
  "a store that fails %s a write loses no event, whatever the strategy says",
  async (when) => {
    const error = new PlatformError({ code: "Unavailable", message: "the disk is full" });
    // Secret, EventSource, its status, Sensor; then what the trigger makes.
    const failing = new FailingResourceStore(await temporaryStore(), { write: 5, when, error });
    const world = await pushed(sensor(), await eventWorld({ store: failing }));

    expect(await world.runSensor("s")).toEqual([]);
    await world.clock.advance(60_000);
    expect(await world.runSensor("s")).toMatchObject([{ fate: "Triggered" }]);
  },
);

it("an object with a generated name is made once, even when the engine did not hear that it was made", async () => {
  const resource = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: "run-" },
    spec: {},
  };
  const error = new PlatformError({ code: "Unavailable", message: "the answer was lost" });
  const failing = new FailingResourceStore(await temporaryStore(), { write: 5, when: "after", error });
  const spec = sensor({ resource, k8s: { operation: "create", parameters: [] } });
  const world = await pushed(spec, await eventWorld({ store: failing }));
  expect(await world.runSensor("s")).toEqual([]);
  await world.clock.advance(60_000);

  expect(await world.runSensor("s")).toMatchObject([{ fate: "Triggered" }]);
  const { items } = await world.store.list(WORKFLOW, { namespace });
  expect(items).toHaveLength(1);
  expect(items[0]?.metadata.name).toMatch(/^run-[\da-f]{8}$/);
  expect(items[0]?.metadata.labels).toMatchObject({
    "events.argoproj.io/sensor": "s",
    "events.argoproj.io/trigger": "run",
  });
});

it("an engine that starts again goes on with what was accepted before", async () => {
  const directory = await temporaryDirectory();
  const store = await temporaryStore();
  const first = await pushed(sensor(), await eventWorld({ store, directory }));
  await first.inbox.close();
  const second = await eventWorld({ store, directory });

  expect(await second.runSensor("s")).toMatchObject([{ eventId: "event-1", fate: "Triggered" }]);
  expect(await madeSha(second)).toBe("abc");
});

it("parameters of a trigger fill in its template before its own parameters are read", async () => {
  const placeholder = { src: { dependencyName: "push", dataKey: "LATER" }, dest: "data.sha" };
  const k8s = { parameters: [parameter("metadata.name", "body.after"), placeholder] };
  const trigger = {
    parameters: [{ src: { dependencyName: "push", value: "body.ref" }, dest: "k8s.parameters.1.src.dataKey" }],
  };
  const world = await eventWorld();
  await world.createEventSource();
  await world.createSensor("s", sensor({ k8s, trigger }));
  await world.deliver("push", { after: "abc", ref: "main" });

  // The event is there, so a key or template must say where: a bare value is the default and stands as it is.
  expect(await world.runSensor("s")).toMatchObject([{ fate: "Triggered" }]);
  expect(await madeSha(world)).toBe("main");
});

it("events of a join wait for each other over passes and fire once", async () => {
  const issue = {
    name: "issue",
    eventSourceName: "github",
    eventName: "runyard",
    filters: { data: [{ path: "body.X-GitHub-Event", type: "string", value: ["^issues$"] }] },
  };
  const parameters = [
    parameter("metadata.name", "body.after"),
    { src: { dependencyName: "issue", dataKey: "body.number" }, dest: "data.sha" },
  ];
  const world = await pushed({ ...sensor({ k8s: { parameters } }), dependencies: [...dependencies, issue] });

  expect(await world.runSensor("s")).toMatchObject([
    { fate: "Waiting", message: "has push; waits for the rest of its conditions" },
  ]);
  await world.deliver("issues", { number: 7 });
  expect((await world.runSensor("s"))[0]).toMatchObject({ fate: "Triggered" });
  expect(await madeSha(world)).toBe("7");
});

it("a sensor that cannot be carried out says why and keeps its events for when it can", async () => {
  const world = await pushed(sensor());
  const stored = await world.store.get(SENSOR, { namespace, name: "s" });
  if (stored === undefined) throw new Error("no sensor");
  await world.store.update(SENSOR, {
    ...stored,
    spec: { ...stored.spec, triggers: [{ template: { name: "run", http: {} } }] } as never,
  });
  await world.sensors.reconcile({ namespace, name: "s" }, world.clock.now());
  const broken = await world.store.get(SENSOR, { namespace, name: "s" });
  expect(broken?.status?.conditions?.[0]?.message).toContain("spec.triggers[0].template.http is not supported");

  if (broken === undefined) throw new Error("no sensor");
  await world.store.update(SENSOR, { ...broken, spec: stored.spec });
  expect(await world.runSensor("s")).toMatchObject([{ fate: "Triggered" }]);
});

it("the loop carries a delivery to its workflow without being asked", async () => {
  const world = await eventWorld();
  await world.createEventSource();
  await world.createSensor("s", sensor());
  const ended = new AbortController();
  const controllers = [world.sensors];
  const loop = runControllers({
    controllers,
    store: world.store,
    clock: world.clock,
    log: world.log,
    signal: ended.signal,
  });
  await expect.poll(async () => await world.inbox.listSensors()).toHaveLength(1);
  await world.deliver("push", { after: "abc" });

  await expect.poll(async () => await madeSha(world)).toBe("abc");
  ended.abort();
  await loop;
});
