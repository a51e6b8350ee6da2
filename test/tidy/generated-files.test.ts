import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generatedFiles } from "../../scripts/generate.ts";

describe("generated files", () => {
  for (const [path, text] of generatedFiles()) {
    it(`${path} is what the code generates`, () => {
      const stored = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

      expect(stored === text, `${path} differs; run npm run generate`).toBe(true);
    });
  }
});
