// Leaders on a real store, each with a clock of its own, because a process that was stopped has missed time.
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { LEADERSHIP_LIMITS as limits } from "../../../src/platform/leadership/decide-leadership.ts";
import { leaderStore, runLeaderElection } from "../../../src/platform/leadership/leader-election.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { CONFIG_MAP, LEASE } from "../../../src/resources/core.ts";
import { FailingResourceStore } from "../../support/failing-resource-store.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const key = { namespace: "default", name: "leader" };

function elect(store: ResourceStore, identity: string, lease = key) {
  const clock = new ManualClock();
  const stop = new AbortController();
  onTestFinished(() => stop.abort(new Error("the test has ended")));
  const log = new RecordingLog();
  const election = runLeaderElection({
    store,
    key: lease,
    identity,
    clock,
    log,
    signal: stop.signal,
    random: () => 0.5,
  });
  election.acquired.catch(() => undefined);
  return { ...election, clock, log, stop: () => stop.abort(new Error("stopped")) };
}

type Elected = ReturnType<typeof elect>;

/** Time for these, until each of them has done what it does then and sleeps again. */
async function pass(ms: number, ...elected: readonly Elected[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) for (const one of elected) await advance(one, 500);
}

async function advance(elected: Elected, ms: number): Promise<void> {
  await elected.clock.advance(ms);
  let hasEnded = false;
  void elected.lost.then(() => (hasEnded = true));
  for (let turn = 0; turn < 2_000 && elected.clock.sleeperCount === 0; turn += 1) {
    await new Promise((resolve) => void setTimeout(resolve, 1));
    if (hasEnded) return;
  }
}

async function isResolved(promise: Promise<void>): Promise<boolean> {
  return await Promise.race([
    promise.then(() => true),
    new Promise<false>((resolve) => void setTimeout(resolve, 20, false)),
  ]);
}

describe("leaders", () => {
  it("follow each other: the second leads when the first was silent for the length of its lease", async () => {
    const store = await temporaryStore();
    const first = elect(store, "first");
    await first.acquired;
    const second = elect(store, "second");
    await pass(60_000, first, second);
    expect([first.isLeader(), second.isLeader()]).toEqual([true, false]);

    await pass(limits.leaseDurationMs + 2 * limits.retryPeriodMs, second);

    expect(second.isLeader()).toBe(true);
    expect((await store.get(LEASE, key))?.spec).toMatchObject({ holderIdentity: "second", leaseTransitions: 1 });
  });

  it("that were stopped for longer than their lease write nothing when they go on", async () => {
    const store = await temporaryStore();
    const first = elect(store, "first");
    await first.acquired;
    const writer = leaderStore(store, first.isLeader);
    const write = () =>
      writer.create(CONFIG_MAP, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace: "default", generateName: "w-" } as never,
      });
    await write();
    const second = elect(store, "second");
    await pass(limits.leaseDurationMs + 2 * limits.retryPeriodMs, second);

    first.clock.jump(60_000);

    expect(first.isLeader()).toBe(false);
    await expect(write()).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("does not lead") as string,
    });
    await pass(10_000, first, second);
    expect(await isResolved(first.lost)).toBe(true);
    expect([first.isLeader(), second.isLeader()]).toEqual([false, true]);
  });

  it("that give up their Lease are followed at once", async () => {
    const store = await temporaryStore();
    const first = elect(store, "first");
    await first.acquired;
    const second = elect(store, "second");
    await pass(1_000, first, second);

    await first.release();
    await first.release();
    await pass(limits.retryPeriodMs + 1_000, second);

    expect([first.isLeader(), second.isLeader()]).toEqual([false, true]);
  });

  it("go on over a failure that is shorter than their deadline, and not over a longer one", async () => {
    const store = await temporaryStore();
    const once = new FailingResourceStore(store, { write: 2, when: "before" });
    const first = elect(once, "first");
    await first.acquired;
    await pass(30_000, first);
    expect(first.isLeader()).toBe(true);
    expect(first.log.entries.filter(({ level }) => level === "warn")).toHaveLength(1);
    first.stop();

    const other = { namespace: "default", name: "other" };
    const gone = new FailingResourceStore(store, { write: 2, when: "before", isFinal: true });
    const second = elect(gone, "second", other);
    await second.acquired;
    await pass(limits.renewDeadlineMs + 3_000, second);
    expect(second.isLeader()).toBe(false);
    expect(await isResolved(second.lost)).toBe(true);
  });

  it("end without leading when they are told to", async () => {
    const store = await temporaryStore();
    const first = elect(store, "first");
    await first.acquired;
    const second = elect(store, "second");
    await pass(1_000, second);

    second.stop();

    await expect(second.acquired).rejects.toThrow("stopped");
    expect(await isResolved(second.lost)).toBe(true);
  });

  it("are never two, whatever time each of them misses", async () => {
    const step = fc.record({ who: fc.nat(2), ms: fc.integer({ min: 100, max: 4_000 }), all: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const store = await temporaryStore();
        const elected = ["a", "b", "c"].map((name) => elect(store, name));
        for (const { who, ms, all } of steps) {
          // Time is the same for all; who is stopped sees it pass at once when it goes on.
          for (const [index, { clock }] of elected.entries()) {
            if (index === who && !all) clock.jump(ms);
            else await advance(elected[index] as Elected, ms);
          }
          expect(elected.filter(({ isLeader }) => isLeader()).length).toBeLessThanOrEqual(1);
        }
        for (const { stop } of elected) stop();
      }),
      { numRuns: 15 },
    );
  });
});
