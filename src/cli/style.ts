// Colours and tables for people. Colours only on a terminal, and never with NO_COLOR (no-color.org).
import type { Output } from "./command.ts";

export type Colour = "green" | "red" | "yellow" | "blue" | "dim" | "bold";

export type Paint = (colour: Colour | undefined, text: string) => string;

const CODES: Readonly<Record<Colour, number>> = { green: 32, red: 31, yellow: 33, blue: 36, dim: 2, bold: 1 };

export function paintFor(output: Output, environment: Readonly<Record<string, string | undefined>>): Paint {
  const { NO_COLOR = "", TERM } = environment;
  const isPlain = !output.isTerminal || NO_COLOR !== "" || TERM === "dumb";
  return (colour, text) => (isPlain || colour === undefined ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`);
}

/** The colour of a phase, or of the status of a condition. */
export function colourOfPhase(phase: string): Colour | undefined {
  return PHASE_COLOURS[phase];
}

const PHASE_COLOURS: Readonly<Record<string, Colour | undefined>> = {
  Succeeded: "green",
  Failed: "red",
  Error: "red",
  Warning: "yellow",
  Running: "blue",
  Pending: "yellow",
  Skipped: "dim",
  Omitted: "dim",
};

const GAP = 3;

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Widths of the columns; `least` keeps what was printed before aligned. */
export function columnWidths({ header, rows }: Table, least: readonly number[] = []): readonly number[] {
  return header.map((title, column) =>
    Math.max(least[column] ?? 0, title.length, ...rows.map((row) => printable(row[column] ?? "").length)),
  );
}

/** One line of a table, without spaces at its end. */
export function tableLine(cells: readonly string[], widths: readonly number[], paint: Paint): string {
  const padded = cells.map((cell, column) => {
    const text = printable(cell);
    const isLast = column === cells.length - 1;
    return paint(colourOfPhase(text), text) + (isLast ? "" : " ".repeat((widths[column] ?? 0) - text.length + GAP));
  });
  return padded.join("").trimEnd();
}

/** The lines of a table with its header. */
export function tableLines(table: Table, paint: Paint): readonly string[] {
  const widths = columnWidths(table);
  return [table.header, ...table.rows].map((cells) => tableLine(cells, widths, paint));
}

/** One line of text that cannot steer a terminal: names and messages may hold what strangers wrote. */
export function printable(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, " ").replaceAll(/\p{Cc}/gu, "?");
}
