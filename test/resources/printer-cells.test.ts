import { describe, expect, it } from "vitest";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { EVENT } from "../../src/resources/core.ts";
import type { PrinterColumn } from "../../src/resources/kind.ts";
import { cellOf, columnsOf } from "../../src/resources/printer-cells.ts";

describe("columns", () => {
  it("begin with the name and end with the age", () => {
    expect(columnsOf({ ...CODE_RUN, printerColumns: [] }).map(({ name }) => name)).toEqual(["Name", "Age"]);
  });

  it("have no second name or date where the kind places its own", () => {
    expect(columnsOf(EVENT).filter(({ name }) => name === "Name" || name === "Age")).toHaveLength(1);
  });
});

describe("a cell", () => {
  const column = (type: PrinterColumn["type"], jsonPath: string): PrinterColumn => ({ name: "X", type, jsonPath });
  const object = { status: { phase: "Running", at: "2026-01-01T00:00:00Z", parts: [1] } };
  const now = Date.parse("2026-01-01T00:01:00Z");

  it("is the value, an age, or JSON", () => {
    expect(cellOf(column("string", ".status.phase"), object, now)).toBe("Running");
    expect(cellOf(column("date", ".status.at"), object, now)).toBe("60s");
    expect(cellOf(column("string", ".status.parts"), object, now)).toBe("[1]");
  });

  it("says what is not there", () => {
    expect(cellOf(column("string", ".status.phase.below"), object, now)).toBeNull();
    expect(cellOf(column("date", ".status.none"), object, now)).toBe("<unknown>");
    expect(cellOf({ ...column("string", ".metadata.name"), name: "Name" }, object, now)).toBe("");
  });
});
