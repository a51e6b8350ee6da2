import fc from "fast-check";
import { expect, test } from "vitest";
import { DelayedKeys } from "../../../src/controllers/loop/delayed-keys.ts";

function takeAll(keys: DelayedKeys, now: number): readonly string[] {
  const taken: string[] = [];
  for (let key = keys.takeDue(now); key !== undefined; key = keys.takeDue(now)) taken.push(key);
  return taken;
}

test("keys come out in the order in which they are due, and not before", () => {
  const keys = new DelayedKeys();
  keys.add("late", 30);
  keys.add("early", 10);
  keys.add("middle", 20);

  expect(keys.nextDueAt()).toBe(10);
  expect(takeAll(keys, 20)).toEqual(["early", "middle"]);
  expect(takeAll(keys, 29)).toEqual([]);
  expect(takeAll(keys, 30)).toEqual(["late"]);
});

test("the earlier of two times counts, and a removed key never comes", () => {
  const keys = new DelayedKeys();
  keys.add("a", 20);
  keys.add("a", 10);
  keys.add("a", 30);
  keys.add("b", 5);
  keys.remove("b");

  expect([keys.nextDueAt(), keys.size]).toEqual([10, 1]);
  expect(takeAll(keys, 100)).toEqual(["a"]);
});

test("whatever is added and removed, each key comes out once at its earliest time", () => {
  const action = fc.record({
    key: fc.constantFrom("a", "b", "c", "d", "e"),
    dueAt: fc.nat(50),
    isRemoval: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const keys = new DelayedKeys();
      const model = new Map<string, number>();
      for (const { key, dueAt, isRemoval } of actions) {
        if (isRemoval) {
          keys.remove(key);
          model.delete(key);
        } else {
          keys.add(key, dueAt);
          model.set(key, Math.min(dueAt, model.get(key) ?? Infinity));
        }
      }

      const times: number[] = [];
      const taken: string[] = [];
      for (let dueAt = keys.nextDueAt(); dueAt !== undefined; dueAt = keys.nextDueAt()) {
        times.push(dueAt);
        taken.push(keys.takeDue(dueAt) ?? "none");
      }

      expect(times).toEqual([...model.values()].sort((left, right) => left - right));
      expect(taken.toSorted()).toEqual([...model.keys()].sort());
      expect(taken.map((key) => model.get(key))).toEqual(times);
    }),
  );
});
