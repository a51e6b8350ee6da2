// Asks, ends and pushes in any order, some at the same time, against the running lane controller.
import fc from "fast-check";
import { expect, it } from "vitest";
import { updateObject } from "../../../src/gateway/update-object.ts";
import { LEASE, type Lease } from "../../../src/resources/core.ts";
import { readLane } from "../../../src/resources/lane.ts";
import { LaneWorld } from "../../support/lane-world.ts";
import { key } from "../../support/run-world.ts";

const RESERVATIONS = "runyard.dev/lane-reservations";
const OWN_SHA = "f".repeat(40);

type Move =
  | { readonly kind: "ask"; readonly workflow: number; readonly intent: "task" | "ci" | "head"; readonly own: boolean }
  | { readonly kind: "end"; readonly workflow: number }
  | { readonly kind: "push" }
  | { readonly kind: "reserve" };

const WORKFLOWS = [0, 1, 2, 3];
const workflow = fc.constantFrom(...WORKFLOWS);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      workflow,
      intent: fc.constantFrom("task" as const, "ci" as const, "head" as const),
      own: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("end" as const), workflow }) },
  { weight: 1, arbitrary: fc.constant({ kind: "push" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "reserve" as const }) },
);
/** Moves of one batch happen at the same time. */
const batches = fc.array(fc.array(move, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });

/** Watches a lane: each generation has one holder, and generations only rise. */
async function followLane(world: LaneWorld, lane: string, signal: AbortSignal): Promise<readonly string[]> {
  const faults: string[] = [];
  const holders = new Map<number, string>();
  let last = 0;
  const { resourceVersion } = await world.store.list(LEASE);
  for await (const { type, object } of world.store.watch(LEASE, { resourceVersion, signal })) {
    if (type === "BOOKMARK" || object.metadata.name !== lane) continue;
    const { holder, generation } = readLane(object);
    if (generation < last) faults.push(`generation fell from ${last} to ${generation}`);
    last = generation;
    if (holder === undefined) continue;
    const known = holders.get(generation) ?? holder;
    holders.set(generation, known);
    if (known !== holder) faults.push(`${known} and ${holder} both held generation ${generation}`);
  }
  return faults;
}

it("never has two holders of one generation, whatever happens at the same time", { timeout: 60_000 }, async () => {
  const world = await LaneWorld.open();
  world.start();
  let count = 0;
  await fc.assert(
    fc.asyncProperty(batches, async (story) => {
      count += 1;
      const lane = `lane-1-${count}`;
      const nameOf = (index: number): string => `w${count}-${index}`;
      const abort = new AbortController();
      const following = followLane(world, lane, abort.signal);
      await Promise.all(WORKFLOWS.map((index) => world.workflow(nameOf(index))));
      await world.ask(lane, nameOf(0));
      let reserved = 0;
      const make = async (next: Move): Promise<unknown> => {
        switch (next.kind) {
          case "ask": {
            const headSha = next.own ? OWN_SHA : `${next.workflow}`.repeat(40);
            const head = next.intent === "head" ? { headSha } : {};
            return world.ask(lane, nameOf(next.workflow), { intent: next.intent, ...head });
          }
          case "end":
            return world.end(nameOf(next.workflow));
          case "push":
            return world.push(lane, (await world.lane(lane)).generation, OWN_SHA);
          case "reserve":
            reserved += 1;
            return reserve(world, lane);
        }
      };
      for (const batch of story) await Promise.all(batch.map(make));
      await world.until(lane, (state) => state.requests.length === 0);
      for (const index of WORKFLOWS) await world.end(nameOf(index));
      await world.until(lane, (state) => state.requests.length === 0 && state.pending === undefined);
      abort.abort();

      expect(await following).toEqual([]);
      const lease = await world.store.get(LEASE, key(lane));
      expect(Number(lease?.metadata.annotations?.[RESERVATIONS] ?? 0)).toBe(reserved);
      expect(world.log.entries).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

/** As the gateway counts money in an annotation of its own on the same Lease. */
async function reserve(world: LaneWorld, lane: string): Promise<void> {
  const change = (lease: Lease | undefined): Lease | undefined => {
    if (lease === undefined) return undefined;
    const before = Number(lease.metadata.annotations?.[RESERVATIONS] ?? 0);
    const annotations = { ...lease.metadata.annotations, [RESERVATIONS]: String(before + 1) };
    return { ...lease, metadata: { ...lease.metadata, annotations } };
  };
  await updateObject<Lease>({ store: world.store, kind: LEASE, key: key(lane), change });
}
