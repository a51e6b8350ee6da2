// What a benchmark reports: a figure beside the physical floor of the same run, so that a slow machine shows in both.

export interface Quantity {
  readonly value: number;
  readonly unit: string;
  /** What was measured, when it is not the figure itself. */
  readonly name: string;
}

export interface Figure extends Quantity {
  readonly floor: Quantity;
  /** Figure over floor. */
  readonly ratio: number;
  readonly aim?: { readonly text: string; readonly isMet: boolean };
}

export interface Benchmark {
  /** What was done, for the reader of the table. */
  readonly description: string;
  readonly figures: readonly Figure[];
}

export function figure(of: Quantity, floor: Quantity, aim?: Figure["aim"]): Figure {
  return { ...of, floor, ratio: of.value / floor.value, ...(aim === undefined ? {} : { aim }) };
}

/** The value below which half of them lie; throws when there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** How many pieces of work end per second: `count` of them, `atOnce` at a time. */
export async function rate(count: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  const ms = await timed(() => Promise.all(Array.from({ length: atOnce }, worker)));
  return count / (ms / 1000);
}

/** A table in Markdown, which a terminal shows as well. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "measured", "floor", "ratio", "aim", "met"],
    ...figures.map((row) => [
      row.name,
      `${round(row.value)} ${row.unit}`,
      `${row.floor.name}: ${round(row.floor.value)} ${row.floor.unit}`,
      round(row.ratio),
      row.aim?.text ?? "",
      row.aim === undefined ? "" : row.aim.isMet ? "yes" : "no",
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function round(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
