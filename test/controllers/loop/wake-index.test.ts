import { describe, expect, it } from "vitest";
import { WakeIndex } from "../../../src/controllers/loop/wake-index.ts";

const key = (name: string, namespace = "runyard") => ({ namespace, name });

describe("WakeIndex", () => {
  it("names all who wait for an object, and nobody of another namespace", () => {
    const index = new WakeIndex();
    index.set(key("a"), [key("x"), key("y")]);
    index.set(key("b"), [key("x")]);

    expect(index.waitersFor(key("x"))).toEqual([key("a"), key("b")]);
    expect(index.waitersFor(key("y"))).toEqual([key("a")]);
    expect(index.waitersFor(key("x", "other"))).toEqual([]);
  });

  it("forgets what somebody waited for before", () => {
    const index = new WakeIndex();
    index.set(key("a"), [key("x"), key("y")]);
    index.set(key("a"), [key("y"), key("z")]);

    expect(index.waitersFor(key("x"))).toEqual([]);
    expect(index.waitersFor(key("z"))).toEqual([key("a")]);
    index.set(key("a"), []);
    expect(["x", "y", "z"].flatMap((name) => index.waitersFor(key(name)))).toEqual([]);
  });
});
