import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import type { Delivery, EventInbox, InboxEvent, Subscription } from "../../../src/platform/event-inbox.ts";
import { openSqliteEventInbox, type SqliteEventInbox } from "../../../src/platform/embedded/sqlite-event-inbox.ts";

const now = Date.UTC(2026, 0, 2);
const sensor = { namespace: "runyard", name: "heads" };

let directory = "";
let inbox: SqliteEventInbox;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "runyard-inbox-"));
  inbox = await openSqliteEventInbox({ directory });
});

afterEach(async () => {
  await inbox.close();
  rmSync(directory, { recursive: true, force: true });
});

async function reopen(limits = {}): Promise<void> {
  await inbox.close();
  inbox = await openSqliteEventInbox({ directory, limits });
}

function event(id: string, subject = "runyard"): InboxEvent {
  const context = {
    id,
    source: "github",
    specversion: "1.0",
    type: "github",
    datacontenttype: "application/json",
    subject,
    time: "2026-01-02T00:00:00Z",
  };
  return { namespace: "runyard", context, data: `{"id":"${id}"}` };
}

function subscription(trigger: string, subject = "runyard"): Subscription {
  return { trigger, events: [{ source: "github", subject }], fingerprint: `${trigger}-${subject}` };
}

async function subscribe(...subscriptions: readonly Subscription[]): Promise<void> {
  await inbox.subscribe({ ...sensor, since: now, now }, subscriptions);
}

async function dueIds(at = now): Promise<readonly string[]> {
  const due = await inbox.listDue(sensor, at, 100);
  return due.map((delivery) => `${delivery.trigger.trigger}:${delivery.event.context.id}`);
}

async function firstDue(target: EventInbox = inbox): Promise<Delivery> {
  const [delivery] = await target.listDue(sensor, now, 1);
  if (delivery === undefined) throw new Error("nothing is due");
  return delivery;
}

it("an accepted event is due for every trigger that wants it, also after a restart", async () => {
  await subscribe(subscription("a"), subscription("b"), subscription("other", "docs"));
  await inbox.append(event("1"), now);
  await reopen();

  expect(await dueIds()).toEqual(["a:1", "b:1"]);
});

it("an event that came before the sensor was seen, but after it was created, is not lost", async () => {
  await inbox.append(event("before"), now - 1);
  await inbox.append(event("between"), now);
  await subscribe(subscription("a"));

  expect(await dueIds()).toEqual(["a:between"]);
});

it("a trigger that is added later gets only new events", async () => {
  await subscribe(subscription("a"));
  await inbox.append(event("1"), now);
  await inbox.subscribe({ ...sensor, since: now, now: now + 10 }, [subscription("a"), subscription("b")]);
  await inbox.append(event("2"), now + 20);

  expect(await dueIds(now + 20)).toEqual(["a:1", "a:2", "b:2"]);
});

it("a finished delivery never comes back and its fate can be read", async () => {
  await subscribe(subscription("a"));
  await inbox.append(event("1"), now);
  await inbox.append(event("2"), now);
  await inbox.finish(await firstDue(), { fate: "Triggered", message: "Workflow run-1", now });
  await reopen();

  expect(await dueIds()).toEqual(["a:2"]);
  expect(await inbox.listFates(sensor, 10)).toEqual([
    { eventId: "1", trigger: "a", time: "2026-01-02T00:00:00.000Z", fate: "Triggered", message: "Workflow run-1" },
  ]);
});

it("a postponed delivery comes back at its time, with its attempts counted, and holds back no other", async () => {
  await subscribe(subscription("a"));
  await inbox.append(event("1"), now);
  await inbox.append(event("2"), now);
  await inbox.postpone(await firstDue(), { at: now + 1000, reason: "the store is busy" });

  expect(await dueIds()).toEqual(["a:2"]);
  const [again] = await inbox.listDue(sensor, now + 1000, 1);
  expect(again).toMatchObject({ attempts: 1, failure: "the store is busy" });
});

it("the time of the next delivery is known while one waits", async () => {
  await subscribe(subscription("a"));
  expect(await inbox.nextDueAt(sensor)).toBeUndefined();
  await inbox.append(event("1"), now);
  await inbox.postpone(await firstDue(), { at: now + 1000, reason: "x" });

  expect(await inbox.nextDueAt(sensor)).toBe(now + 1000);
});

it("an event that waits for another one is kept and given back", async () => {
  await subscribe(subscription("a"));
  await inbox.append(event("1"), now);
  const delivery = await firstDue();
  await inbox.finish(delivery, { fate: "Waiting", message: "", now, held: { clear: false, add: ["left"] } });
  await reopen();

  expect([...(await inbox.listHeld(delivery.trigger))].map(([name, held]) => `${name}:${held.context.id}`)).toEqual([
    "left:1",
  ]);
  await inbox.append(event("2"), now);
  await inbox.finish(await firstDue(), { fate: "Triggered", message: "", now, held: { clear: true, add: [] } });
  expect((await inbox.listHeld(delivery.trigger)).size).toBe(0);
});

it("a full inbox refuses by name of the limit, and takes events again when some are finished", async () => {
  await reopen({ eventsMax: 1 });
  await subscribe(subscription("a"));
  await inbox.append(event("1"), now);

  await expect(inbox.append(event("2"), now + 1)).rejects.toMatchObject({
    code: "TooManyRequests",
    message: expect.stringContaining("eventsMax") as string,
  });
  await inbox.finish(await firstDue(), { fate: "NotMatched", message: "", now });
  await inbox.append(event("3"), now + 1);
  expect(await dueIds()).toEqual(["a:3"]);
});

it("finished events are removed when they are old, unfinished ones never", async () => {
  await reopen({ keptMs: 1000 });
  await subscribe(subscription("a"));
  await inbox.append(event("1"), now);
  await inbox.append(event("2"), now);
  await inbox.finish(await firstDue(), { fate: "Triggered", message: "", now });
  await inbox.append(event("3"), now + 10_000);

  expect(await inbox.listFates(sensor, 10)).toEqual([]);
  expect(await dueIds()).toEqual(["a:2", "a:3"]);
});

it("a deleted sensor holds nothing back", async () => {
  await subscribe(subscription("a"));
  await inbox.append(event("1"), now);
  expect(await inbox.listSensors()).toEqual([sensor]);
  await inbox.unsubscribe(sensor);

  expect(await inbox.listSensors()).toEqual([]);
  expect(await dueIds()).toEqual([]);
});

it("listeners hear of an event after it is stored, until they stop", async () => {
  const heard: string[] = [];
  const stop = new AbortController();
  inbox.onAppended((appended) => heard.push(appended.context.id), stop.signal);
  await inbox.append(event("1"), now);
  stop.abort();
  await inbox.append(event("2"), now);

  expect(heard).toEqual(["1"]);
});

it("the file may be read by its owner only, and a closed inbox refuses", async () => {
  expect(statSync(join(directory, "events.db")).mode & 0o777).toBe(0o600);
  await inbox.close();

  await expect(inbox.append(event("1"), now)).rejects.toMatchObject({ code: "Unavailable" });
});
