import { expect, it } from "vitest";

import { utf8Length, utf8Slice } from "../../src/languages/utf8.ts";

it("a cut inside a character leaves one replacement character per byte", () => {
  expect(utf8Slice("größe", 0, 3)).toBe("gr\ufffd");
  expect(utf8Slice("a日", 0, 3)).toBe("a\ufffd\ufffd");
});

it("length counts bytes", () => {
  expect(utf8Length("größe ✓")).toBe(11);
});
