import { expect, it } from "vitest";

import { EVENT_SOURCE } from "../../../src/resources/argo-kinds.ts";
import { SECRET } from "../../../src/resources/core.ts";
import { eventWorld, namespace, type EventWorld } from "../../support/event-world.ts";

const key = { namespace, name: "github" };
const sensor = { namespace, name: "s" };

async function readyCondition({ store }: EventWorld): Promise<string> {
  const source = await store.get(EVENT_SOURCE, key);
  const condition = source?.status?.conditions?.find(({ type }) => type === "Ready");
  return `${condition?.status} ${condition?.reason}: ${condition?.message}`;
}

async function subscribe({ inbox, clock }: EventWorld): Promise<void> {
  const subscription = { trigger: "t", events: [{ source: "github", subject: "runyard" }], fingerprint: "" };
  await inbox.subscribe({ ...sensor, since: 0, now: clock.now() }, [subscription]);
}

it("a signed delivery is stored before it is answered with success", async () => {
  const world = await eventWorld();
  await subscribe(world);
  await world.createEventSource({ metadata: { team: "one" } });

  expect(await world.deliver("push", { ref: "main" })).toBe("200 success");
  const [stored] = await world.inbox.listDue(sensor, world.clock.now(), 10);
  expect(stored?.event.context).toMatchObject({ id: "event-1", source: "github", subject: "runyard", type: "github" });
  expect(JSON.parse(stored?.event.data ?? "")).toMatchObject({
    body: { ref: "main", "X-GitHub-Event": "push" },
    metadata: { team: "one" },
  });
  expect(await readyCondition(world)).toMatch(/^True Listening: listens on port \d+, path \/github$/);
});

it("a delivery with a wrong signature is refused and nothing is stored", async () => {
  const world = await eventWorld();
  await subscribe(world);
  await world.createEventSource();

  expect(await world.deliver("push", {}, { "x-hub-signature-256": "sha256=00" })).toBe(
    "400 payload signature check failed",
  );
  expect(await world.inbox.listDue(sensor, world.clock.now(), 10)).toEqual([]);
});

it("the filter drops events that it does not want, and those that it cannot evaluate", async () => {
  const world = await eventWorld();
  await subscribe(world);
  await world.createEventSource({
    filter: { expression: 'body.action == "opened" && body.pull_request.draft == false' },
  });

  expect(await world.deliver("pull_request", { action: "closed" })).toBe("200 success");
  expect(await world.deliver("pull_request", { action: "opened" })).toBe("200 success");
  expect(await world.deliver("pull_request", { action: "opened", pull_request: { draft: false } })).toBe("200 success");
  expect(await world.inbox.listDue(sensor, world.clock.now(), 10)).toHaveLength(1);
});

it("a full inbox is answered with 503 and the name of the limit, so that GitHub shows the delivery as failed", async () => {
  const world = await eventWorld({ limits: { eventsMax: 1 } });
  await subscribe(world);
  await world.createEventSource();
  await world.deliver("push", {});

  expect(await world.deliver("push", {})).toMatch(/^503 the inbox is full: 1 of 1 events \(eventsMax\)/);
});

it("while the secret is missing nothing is taken in, and its arrival is enough", async () => {
  const world = await eventWorld();
  await world.createEventSource({ webhookSecret: { name: "other", key: "k" } });
  expect(await readyCondition(world)).toContain("False SecretMissing: the Secret other (key k) does not exist");
  expect(await world.deliver("push", {})).toMatch(/^503/);

  const watched = world.events.watches.find(({ kind }) => kind.kind === "Secret");
  const data = { k: Buffer.from("it's a secret").toString("base64") };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "other", namespace }, data };
  await world.store.create(SECRET, secret);
  for (const woken of watched?.map(secret) ?? []) await world.events.reconcile(woken, world.clock.now());

  expect(await world.deliver("push", {})).toBe("200 success");
});

it("a spec that cannot be carried out closes the port and says what is wrong where", async () => {
  const world = await eventWorld();
  await world.createEventSource();
  const source = await world.store.get(EVENT_SOURCE, key);
  if (source === undefined) throw new Error("no event source");
  await world.store.update(EVENT_SOURCE, { ...source, spec: { kafka: {} } as never });
  const outcome = await world.events.reconcile(key, world.clock.now());

  expect(outcome.kind).toBe("stalled");
  expect(await readyCondition(world)).toContain("False InvalidSpec: spec.kafka is not supported");
  await expect(world.deliver("push", {})).rejects.toThrow("fetch failed");
});

it("a deleted event source closes its port", async () => {
  const world = await eventWorld();
  await world.createEventSource();
  await world.store.delete(EVENT_SOURCE, key);
  await world.events.reconcile(key, world.clock.now());

  await expect(world.deliver("push", {})).rejects.toThrow("fetch failed");
});
