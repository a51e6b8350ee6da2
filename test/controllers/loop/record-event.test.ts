import { describe, expect, it } from "vitest";
import { recordEvent, type RecordedEvent } from "../../../src/controllers/loop/record-event.ts";
import { CODE_RUN } from "../../../src/resources/code-run.ts";
import { EVENT } from "../../../src/resources/core.ts";
import { codeRun } from "../../support/runs.ts";
import { FailingResourceStore } from "../../support/failing-resource-store.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

async function openWorld() {
  const store = await temporaryStore();
  const about = await store.create(CODE_RUN, codeRun());
  const event: RecordedEvent = {
    about,
    type: "Normal",
    reason: "JobStarted",
    message: "attempt 1 is running",
    now: Date.UTC(2026, 0, 2),
    component: "coderun-controller",
  };
  return { store, about, event, events: async () => (await store.list(EVENT)).items };
}

describe("an Event", () => {
  it("stands beside its object and names it", async () => {
    const { store, about, event, events } = await openWorld();

    await recordEvent(store, event);

    const { name, namespace, uid } = about.metadata;
    expect(await events()).toMatchObject([
      {
        metadata: { namespace },
        involvedObject: { apiVersion: "agents.platform/v1", kind: "CodeRun", name, namespace, uid },
        type: "Normal",
        reason: "JobStarted",
        firstTimestamp: "2026-01-02T00:00:00Z",
        source: { component: "coderun-controller" },
      },
    ]);
  });

  it("is written once, however often the same is said", async () => {
    const { store, event, events } = await openWorld();

    for (const message of ["one", "one", "two"]) await recordEvent(store, { ...event, message });

    expect((await events()).map(({ message }) => message).toSorted()).toEqual(["one", "two"]);
  });

  it("is cut to what Kubernetes takes, and tells what keeps it from being written", async () => {
    const { store, event, events } = await openWorld();
    const failing = new FailingResourceStore(store, { write: 1, when: "before", isFinal: true });

    await recordEvent(store, { ...event, message: "x".repeat(5_000) });

    expect((await events())[0]?.message).toHaveLength(1_024);
    await expect(recordEvent(failing, event)).rejects.toThrow();
  });
});
