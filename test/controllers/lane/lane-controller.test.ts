import { describe, expect, it } from "vitest";
import { createLaneController } from "../../../src/controllers/lane/lane-controller.ts";
import { WORKFLOW } from "../../../src/resources/argo-kinds.ts";
import { LEASE } from "../../../src/resources/core.ts";
import { FailingResourceStore } from "../../support/failing-resource-store.ts";
import { LaneWorld, waitUntil } from "../../support/lane-world.ts";
import { emptyLease, key } from "../../support/run-world.ts";

const LANE = "lane-1-7";

/** A lane that `a` holds and where `b` waits. */
async function heldLane(): Promise<LaneWorld> {
  const world = await LaneWorld.open();
  world.start();
  for (const name of ["a", "b", "c"]) await world.workflow(name);
  await world.ask(LANE, "a");
  await world.until(LANE, (lane) => lane.holder === "a");
  await world.ask(LANE, "b");
  await world.until(LANE, (lane) => lane.pending === "b");
  return world;
}

describe("the lane controller", () => {
  it("grants a free lane, and lets one wait without stopping anybody", async () => {
    const world = await heldLane();

    expect(await world.lane(LANE)).toMatchObject({ holder: "a", pending: "b", generation: 1, requests: [] });
    expect([await world.isStopped("a"), await world.isStopped("b")]).toEqual([false, false]);
  });

  it("never writes a workflow that it does not stop", async () => {
    const world = await LaneWorld.open();
    await world.workflow("a");
    const before = await world.store.get(WORKFLOW, key("a"));
    world.start();
    await world.ask(LANE, "a");
    await world.until(LANE, (lane) => lane.holder === "a");

    expect(await world.store.get(WORKFLOW, key("a"))).toEqual(before);
  });

  it("hands the lane over when the holder ends, and when it is deleted", async () => {
    const world = await heldLane();

    await world.end("a");
    const second = await world.until(LANE, (lane) => lane.holder === "b");
    await world.ask(LANE, "c");
    await world.until(LANE, (lane) => lane.pending === "c");
    await world.store.delete(WORKFLOW, key("b"));
    const third = await world.until(LANE, (lane) => lane.holder === "c");

    expect(second.generation).toBeGreaterThan(1);
    expect(third.generation).toBeGreaterThan(second.generation);
  });

  it("lets a holder that is retried go on in a lane that nobody took, and not in one that was taken", async () => {
    const world = await LaneWorld.open();
    world.start();
    for (const name of ["a", "b"]) await world.workflow(name);
    await world.ask(LANE, "a");
    const { generation } = await world.until(LANE, (lane) => lane.holder === "a");
    await world.end("a");
    await world.writeStatus("a", { phase: "Running" });
    await world.ask(LANE, "b");
    const retried = await world.until(LANE, (lane) => lane.pending === "b");
    const pushed = await world.push(LANE, generation, "f".repeat(40));
    await world.end("a");
    await world.until(LANE, (lane) => lane.holder === "b");
    await world.writeStatus("a", { phase: "Running" });

    expect(retried).toMatchObject({ holder: "a", generation });
    expect(pushed).toBe(true);
    expect(await world.push(LANE, generation, "f".repeat(40))).toBe(false);
  });

  it("stops the holder and who waits for a newer head, and refuses what they push from then on", async () => {
    const world = await heldLane();

    await world.ask(LANE, "c", { intent: "head", headSha: "e".repeat(40) });
    const lane = await world.until(LANE, (state) => state.holder === "c");
    await waitUntil(async () => (await world.isStopped("a")) && (await world.isStopped("b")), "both are stopped");

    expect(lane).toMatchObject({ pending: undefined, generation: 2 });
    expect(await world.push(LANE, 1, "f".repeat(40))).toBe(false);
    expect(await world.isStopped("c")).toBe(false);
  });

  it("joins the head that the holder itself pushed", async () => {
    const world = await heldLane();
    expect(await world.push(LANE, 1, "f".repeat(40))).toBe(true);

    await world.ask(LANE, "c", { intent: "head", headSha: "f".repeat(40) });
    const lane = await world.until(LANE, (state) => state.answers.length > 0);

    expect(lane).toMatchObject({ holder: "a", pending: "b", generation: 1 });
    expect(lane.answers).toEqual([{ workflow: "c", answer: "joined", by: "a" }]);
  });

  it("finds what ended while it was not there", async () => {
    const world = await LaneWorld.open();
    for (const name of ["a", "b"]) await world.workflow(name);
    await world.ask(LANE, "a");
    await createLaneController(world.store).reconcile(key(LANE), 0);
    await world.ask(LANE, "b");
    await world.end("a");

    world.start();

    expect(await world.until(LANE, (lane) => lane.holder === "b")).toMatchObject({ pending: undefined });
  });

  it("keeps the annotations of others on the Lease", async () => {
    const world = await heldLane();
    const lease = await world.store.get(LEASE, key(LANE));
    const annotations = { ...lease?.metadata.annotations, "runyard.dev/lane-reservations": '{"r":1}' };
    await world.store.update(LEASE, { ...emptyLease(LANE), ...lease, metadata: { ...key(LANE), annotations } });

    await world.end("a");
    await world.until(LANE, (lane) => lane.holder === "b");

    const after = await world.store.get(LEASE, key(LANE));
    expect(after?.metadata.annotations?.["runyard.dev/lane-reservations"]).toBe('{"r":1}');
  });

  it("leaves a Lease alone that is no lane", async () => {
    const world = await LaneWorld.open();
    await world.store.create(LEASE, emptyLease("lane-of-somebody"));
    const before = await world.store.get(LEASE, key("lane-of-somebody"));

    await createLaneController(world.store).reconcile(key("lane-of-somebody"), 0);
    await createLaneController(world.store).reconcile(key("lane-that-is-gone"), 0);

    expect(await world.store.get(LEASE, key("lane-of-somebody"))).toEqual(before);
  });
});

describe("a superseding head", () => {
  async function superseding() {
    const world = await LaneWorld.open();
    for (const name of ["a", "b", "c"]) await world.workflow(name);
    for (const name of ["a", "b"]) await world.ask(LANE, name);
    await createLaneController(world.store).reconcile(key(LANE), 0);
    await world.ask(LANE, "c", { intent: "head", headSha: "e".repeat(40) });
    return world;
  }

  it("takes effect in one pass", async () => {
    const world = await superseding();

    await createLaneController(world.store).reconcile(key(LANE), 0);

    expect(await world.lane(LANE)).toMatchObject({ holder: "c", generation: 2 });
    expect([await world.isStopped("a"), await world.isStopped("b")]).toEqual([true, true]);
  });

  it("raises the generation first; a crash before any of the stops is made good by the next pass", async () => {
    for (const write of [2, 3]) {
      const world = await superseding();
      const failing = new FailingResourceStore(world.store, { write, when: "before", isFinal: true });
      await expect(createLaneController(failing).reconcile(key(LANE), 0)).rejects.toThrow("on purpose");
      expect(await world.lane(LANE)).toMatchObject({ holder: "c", generation: 2 });
      expect([await world.isStopped("a"), await world.isStopped("b")]).toEqual([write === 3, false]);

      await createLaneController(world.store).reconcile(key(LANE), 0);

      expect([await world.isStopped("a"), await world.isStopped("b")]).toEqual([true, true]);
      expect((await world.lane(LANE)).generation).toBe(2);
    }
  });

  it("stops a workflow although its own controller writes it all the time, and loses none of those writes", async () => {
    const world = await superseding();
    world.start();

    for (let write = 0; write < 60; write += 1)
      await world.writeStatus("a", { phase: "Running", message: String(write) });
    await waitUntil(() => world.isStopped("a"), "a is stopped");

    expect((await world.store.get(WORKFLOW, key("a")))?.status?.message).toBe("59");
  });
});
