import { expect, it, onTestFinished } from "vitest";
import { DatabaseThread } from "../../../src/platform/embedded/database-thread.ts";
import { openSqliteEventInbox } from "../../../src/platform/embedded/sqlite-event-inbox.ts";
import type { PlatformError } from "../../../src/platform/errors.ts";
import type { InboxEvent } from "../../../src/platform/event-inbox.ts";
import { CONFIG_MAP, type ConfigMap } from "../../../src/resources/core.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { temporaryDirectory, temporaryStore } from "../../support/temporary-store.ts";

const NOW = Date.UTC(2026, 0, 2);
const SENSOR = { namespace: "runyard", name: "heads" };
const EVENT: InboxEvent = {
  namespace: "runyard",
  context: {
    id: "1",
    source: "github",
    specversion: "1.0",
    type: "github",
    datacontenttype: "application/json",
    subject: "runyard",
    time: "2026-01-02T00:00:00Z",
  },
  data: "{}",
};

/** A store and an inbox as the engine has them. */
async function databases() {
  const thread = new DatabaseThread();
  onTestFinished(() => thread.close());
  const directory = await temporaryDirectory();
  const store = await temporaryStore(new ManualClock(), { directory, thread });
  const inbox = await openSqliteEventInbox({ directory, thread });
  onTestFinished(() => inbox.close());
  return { thread, store, inbox };
}

function configMap(name: string): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "runyard", name }, data: { text: name } };
}

function endOf(outcome: PromiseSettledResult<unknown>): unknown {
  return outcome.status === "fulfilled" ? "stored" : (outcome.reason as PlatformError).code;
}

it("serves the store and the inbox beside each other", async () => {
  const { store, inbox } = await databases();
  await inbox.subscribe({ ...SENSOR, since: NOW, now: NOW }, [
    { trigger: "task", events: [{ source: "github", subject: "runyard" }], fingerprint: "1" },
  ]);

  const made = ["one", "two", "three"].map((name) => store.create(CONFIG_MAP, configMap(name)));
  await Promise.all([...made, inbox.append(EVENT, NOW)]);

  expect((await store.list(CONFIG_MAP)).items.map(({ metadata }) => metadata.name)).toEqual(["one", "three", "two"]);
  expect((await inbox.listDue(SENSOR, NOW, 10)).map(({ event }) => event)).toEqual([EVENT]);
});

it("leaves the one open when the other is closed", async () => {
  const { store, inbox } = await databases();

  await inbox.close();
  await store.create(CONFIG_MAP, configMap("after"));

  expect(await store.get(CONFIG_MAP, { namespace: "runyard", name: "after" })).toMatchObject({
    data: { text: "after" },
  });
});

it("tells both when it has ended, also what was under way", async () => {
  const { thread, store, inbox } = await databases();

  const underWay = [store.create(CONFIG_MAP, configMap("one")), inbox.append(EVENT, NOW)];
  const outcomes = Promise.allSettled(underWay);
  await thread.close();

  for (const outcome of await outcomes) expect(["stored", "Unavailable"]).toContain(endOf(outcome));
  await expect(store.create(CONFIG_MAP, configMap("two"))).rejects.toMatchObject({ code: "Unavailable" });
  await expect(inbox.append(EVENT, NOW)).rejects.toMatchObject({ code: "Unavailable" });
});
