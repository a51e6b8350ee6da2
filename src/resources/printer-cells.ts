// The cells of a table of objects, as kubectl and our own command line print them: NAME first, the kind's columns, AGE last.
import { humanDuration } from "./human-duration.ts";
import type { Kind, PrinterColumn } from "./kind.ts";

export type Cell = string | number | boolean | null;

const NAME: PrinterColumn = { name: "Name", type: "string", jsonPath: ".metadata.name" };
const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

/** A kind that places its name or a date itself (Event does) gets no second one. */
export function columnsOf(kind: Kind): readonly PrinterColumn[] {
  const own = kind.printerColumns;
  const hasName = own.some((column) => column.jsonPath === NAME.jsonPath);
  const hasDate = own.some((column) => column.type === "date" && (column.priority ?? 0) === 0);
  return [...(hasName ? [] : [NAME]), ...own, ...(hasDate ? [] : [AGE])];
}

/** One cell; `now` in milliseconds since the epoch, ages are counted from there. null where the object has nothing. */
export function cellOf(column: PrinterColumn, object: unknown, now: number): Cell {
  const value = valueAt(object, column.jsonPath);
  if (column.type === "date") {
    const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
    return Number.isNaN(time) ? "<unknown>" : humanDuration(now - time);
  }
  if (value === undefined || value === null) return column.name === "Name" ? "" : null;
  return typeof value === "object" ? JSON.stringify(value) : (value as Cell);
}

/** Plain field paths only: `.status.phase`. Printer columns of our kinds use nothing else. */
function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const field of path.split(".").filter((part) => part !== "")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[field];
  }
  return value;
}
