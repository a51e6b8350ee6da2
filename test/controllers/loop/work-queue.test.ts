import fc from "fast-check";
import { expect, test } from "vitest";
import { LOOP_LIMITS } from "../../../src/controllers/loop/loop-limits.ts";
import { WorkQueue } from "../../../src/controllers/loop/work-queue.ts";
import { ManualClock } from "../../support/manual-clock.ts";

interface QueueUnderTest {
  readonly queue: WorkQueue;
  readonly clock: ManualClock;
  readonly abort: AbortController;
}

function newQueue(): QueueUnderTest {
  const clock = new ManualClock(0);
  const abort = new AbortController();
  const queue = new WorkQueue({ clock, limits: LOOP_LIMITS, random: () => 1, signal: abort.signal });
  return { queue, clock, abort };
}

/** The key that is handed out now, or "nothing". */
async function taken(queue: WorkQueue): Promise<string | undefined> {
  return Promise.race([queue.next(), new Promise<string>((resolve) => void setImmediate(() => resolve("nothing")))]);
}

test("a key that is added twice before it is taken is handed out once", async () => {
  const { queue } = newQueue();
  queue.add("a");
  queue.add("b");
  queue.add("a");

  expect([await taken(queue), await taken(queue), await taken(queue)]).toEqual(["a", "b", "nothing"]);
});

test("a key that is added while it is processed is handed out again after that", async () => {
  const { queue } = newQueue();
  queue.add("a");
  const first = await taken(queue);
  queue.add("a");
  let second: string | undefined;
  const again = queue.next().then((key) => (second = key));
  await new Promise((resolve) => void setImmediate(resolve));
  expect([first, second]).toEqual(["a", undefined]);

  queue.done("a");

  expect(await again).toBe("a");
});

test("a delayed key comes at its time, and the earliest time counts", async () => {
  const { queue, clock } = newQueue();
  queue.addAfter("a", 100);
  queue.addAfter("a", 50);
  queue.addAfter("b", 75);

  await clock.advance(49);
  expect(queue.readyCount).toBe(0);
  await clock.advance(1);
  expect(await queue.next()).toBe("a");
  queue.done("a");
  await clock.advance(25);
  expect(await queue.next()).toBe("b");
  queue.done("b");
  await clock.advance(1_000);
  expect([queue.readyCount, clock.sleeperCount]).toEqual([0, 0]);
});

test("a failing key waits longer each time, and anew after a success", async () => {
  const { queue, clock } = newQueue();
  const counts = [queue.retry("a"), queue.retry("a"), queue.retry("a")];
  expect(counts).toEqual([1, 2, 3]);
  await clock.advance(LOOP_LIMITS.backoffFirstMs);
  expect(await queue.next()).toBe("a");

  expect(queue.forget("a")).toBe(3);
  expect(queue.retry("a")).toBe(1);
});

test("the end wakes those who wait, and takes no more keys", async () => {
  const { queue, clock, abort } = newQueue();
  const waiting = queue.next();
  queue.addAfter("late", 10);
  abort.abort();

  expect(await waiting).toBeUndefined();
  queue.add("a");
  await clock.advance(20);
  expect([await queue.next(), queue.readyCount, clock.sleeperCount]).toEqual([undefined, 0, 0]);
});

type Step =
  | { readonly kind: "add"; readonly key: string }
  | { readonly kind: "addAfter"; readonly key: string; readonly ms: number }
  | { readonly kind: "advance"; readonly ms: number };

const key = fc.constantFrom("a", "b", "c", "failing");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), key }),
  fc.record({ kind: fc.constant("addAfter" as const), key, ms: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant("advance" as const), ms: fc.integer({ min: 0, max: 30 }) }),
);

test("whatever happens, no key runs twice at once, nothing that was added is lost, and a failing key blocks no other", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.array(fc.nat(20), { minLength: 1 }),
      async (steps, durations) => {
        const { queue, clock, abort } = newQueue();
        const running = new Set<string>();
        const lastStart = new Map<string, number>();
        const overlaps: string[] = [];
        let startCount = 0;
        const work = async (): Promise<void> => {
          for (let taken = await queue.next(); taken !== undefined; taken = await queue.next()) {
            if (running.has(taken)) overlaps.push(taken);
            running.add(taken);
            startCount += 1;
            lastStart.set(taken, startCount);
            await clock.sleep(durations[startCount % durations.length] ?? 0);
            running.delete(taken);
            if (taken === "failing") queue.retry(taken);
            else queue.forget(taken);
            queue.done(taken);
          }
        };
        const workers = [work(), work(), work()];

        const demanded = new Map<string, number>();
        for (const next of steps) {
          if (next.kind === "advance") await clock.advance(next.ms);
          else {
            demanded.set(next.key, startCount);
            if (next.kind === "add") queue.add(next.key);
            else queue.addAfter(next.key, next.ms);
          }
        }
        await clock.advance(5_000);
        abort.abort();
        await clock.advance(100);
        await Promise.all(workers);

        expect(overlaps).toEqual([]);
        for (const [wanted, before] of demanded) expect(lastStart.get(wanted) ?? 0).toBeGreaterThan(before);
      },
    ),
    { numRuns: 40 },
  );
});
