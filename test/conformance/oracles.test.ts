import { basename } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { findTableFiles, formatDifference, readTable, runTable } from "./oracle-tables.ts";

const folder = fileURLToPath(new URL("./oracles", import.meta.url));

describe("the tables of what the real programs answer", () => {
  for (const file of findTableFiles([folder])) {
    const table = readTable(file);

    it(`${basename(file, ".json")}: all ${table.cases.length} cases agree`, async () => {
      const result = await runTable(table);

      const differences = result.differences.map((each) => formatDifference(table.table, each));
      expect(differences.join("\n")).toBe("");
      expect(result.passedCount, "no evaluator in test/conformance/tables").toBe(table.cases.length);
    });
  }
});
