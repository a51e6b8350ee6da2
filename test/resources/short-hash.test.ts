import { expect, test } from "vitest";
import { hash8 } from "../../src/resources/short-hash.ts";

// The vectors of the FNV authors for 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/.
test.each([
  ["", "811c9dc5"],
  ["a", "e40c292c"],
  ["foobar", "bf9cf968"],
])("the hash of %j is %s", (text, hash) => {
  expect(hash8(text)).toBe(hash);
});

test("it always has eight digits, and every character counts", () => {
  const hashes = Array.from({ length: 2000 }, (_, index) => hash8(`orchestrator-${index}`));

  expect(new Set(hashes).size).toBe(2000);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{8}$/);
});
