import { expect, it } from "vitest";
import { ParsedSpecs } from "../../../src/controllers/loop/parsed-specs.ts";

function stored(generation: number, text: string, resourceVersion = "1") {
  const metadata = { namespace: "runyard", name: "tasks", uid: "one", generation, resourceVersion };
  return { apiVersion: "v1", kind: "Sensor", metadata, spec: text };
}

function parsedSpecs() {
  return new ParsedSpecs((spec) => ({ text: String(spec) }));
}

it("parses an object once, whatever of it changes beside its spec", () => {
  const specs = parsedSpecs();

  const first = specs.parse(stored(1, "a", "1"));
  const again = specs.parse(stored(1, "a", "2"));

  expect(first).toEqual({ text: "a" });
  expect(again).toBe(first);
});

it("parses a changed spec anew", () => {
  const specs = parsedSpecs();

  specs.parse(stored(1, "a"));
  const changed = specs.parse(stored(2, "b"));

  expect(changed).toEqual({ text: "b" });
});
