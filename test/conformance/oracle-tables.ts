// Runs oracle tables: what the real libraries answered, compared with what ours answer.
// The evaluator of a table is found by name in tables/, so adding a table means adding two files.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { LanguageError } from "../../src/languages/language-error.ts";

export interface OracleTable {
  readonly table: string;
  readonly documents?: Readonly<Record<string, string>>;
  readonly cases: readonly OracleCase[];
}

export interface OracleCase {
  readonly id: string;
  readonly group: string;
  readonly input: unknown;
  readonly expected?: unknown;
  readonly error?: true;
  readonly message?: string;
  readonly note?: string;
}

/** What a file in tables/ exports. */
export interface TableEvaluator {
  /** The answer as JSON; throws LanguageError for a refusal. May return a promise. */
  evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined, group: string): unknown;
  /** Set it where a user sees the messages of refusals: then they are compared too. */
  readonly comparesMessages?: boolean;
  /** Where the notes of refusals are part of the answer: the note that an error deserves. */
  noteOf?(error: LanguageError): string | undefined;
  /**
   * For inputs with what we refuse on purpose: the words that the refusal must contain. Such a case passes when the input
   * is refused with them, whatever the real program says.
   */
  outsideSubset?(input: unknown): string | undefined;
}

export interface TableResult {
  readonly table: string;
  readonly passedCount: number;
  readonly differences: readonly Difference[];
  /** True when no evaluator exists: then every case counts as failed. */
  readonly isMissing: boolean;
}

export interface Difference {
  readonly caseId: string;
  readonly input: unknown;
  readonly expected: string;
  readonly got: string;
}

/** What was asked for cannot be run: a path that leads nowhere, a folder without tables, a file that is no table. */
export class TableError extends Error {}

/** Every table file at the given files and folders, in order. TableError when one of them leads to no table. */
export function findTableFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) throw new TableError(`${path} does not exist`);
    if (!found.isDirectory()) return [path];
    const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
    const files = names.filter((name) => name.endsWith(".json")).map((name) => join(path, name));
    if (files.length === 0) throw new TableError(`${path} holds no table (a file *.json)`);
    return files;
  });
}

/** Reads a table whole: a case that could not be run must not count as passed. TableError names what is wrong where. */
export function readTable(file: string): OracleTable {
  const { table, cases, documents = {} } = readObject(file);
  if (typeof table !== "string" || !Array.isArray(cases)) {
    throw new TableError(`${file} is no oracle table: it needs "table", a text, and "cases", a list`);
  }
  if (!isRecord(documents) || Object.values(documents).some((text) => typeof text !== "string")) {
    throw new TableError(`${file} is no oracle table: "documents" must hold texts`);
  }
  cases.forEach((value: unknown, index) => {
    const problem = problemOfCase(value);
    if (problem !== undefined) throw new TableError(`${file} is no oracle table: cases[${index}] ${problem}`);
  });
  return { table, cases: cases as OracleCase[], documents: documents as Record<string, string> };
}

function readObject(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new TableError(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return isRecord(value) ? value : {};
}

function problemOfCase(value: unknown): string | undefined {
  if (!isRecord(value)) return "is no object";
  if (typeof value["id"] !== "string") return 'needs "id", a text';
  if (!("input" in value)) return 'needs "input"';
  if (!("expected" in value) && value["error"] !== true) return 'needs "expected", or "error": true';
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export async function runTable(table: OracleTable): Promise<TableResult> {
  const evaluator = await findEvaluator(table.table);
  if (evaluator === undefined) {
    return { table: table.table, passedCount: 0, differences: [], isMissing: true };
  }
  const differences: Difference[] = [];
  for (const oracleCase of table.cases) {
    const difference = await runCase(oracleCase, evaluator, table.documents);
    if (difference !== undefined) {
      differences.push(difference);
    }
  }
  const passedCount = table.cases.length - differences.length;
  return { table: table.table, passedCount, differences, isMissing: false };
}

export function formatDifference(table: string, difference: Difference): string {
  const { caseId, input, expected, got } = difference;
  return `${table} ${caseId}\n  input    ${JSON.stringify(input)}\n  expected ${expected}\n  got      ${got}`;
}

async function findEvaluator(table: string): Promise<TableEvaluator | undefined> {
  const isName = /^[a-z0-9-]+$/.test(table);
  const url = new URL(`./tables/${table}.ts`, import.meta.url);
  return isName && existsSync(url) ? ((await import(url.href)) as TableEvaluator) : undefined;
}

async function runCase(
  oracleCase: OracleCase,
  evaluator: TableEvaluator,
  documents: OracleTable["documents"],
): Promise<Difference | undefined> {
  const outside = evaluator.outsideSubset?.(oracleCase.input);
  if (outside !== undefined) return await runOutsideCase(oracleCase, evaluator, documents, outside);
  const { id, input, error: isRefused = false } = oracleCase;
  const message = oracleCase.message ?? "";
  const expected = isRefused ? `error: ${message}` : JSON.stringify(oracleCase.expected);
  try {
    const got = await evaluator.evaluate(input, documents, oracleCase.group);
    const isEqual = !isRefused && isDeepStrictEqual(toJson(got), oracleCase.expected);
    return isEqual ? undefined : { caseId: id, input, expected, got: JSON.stringify(got) };
  } catch (error) {
    if (!(error instanceof LanguageError)) {
      return { caseId: id, input, expected, got: `crash: ${describeCrash(error)}` };
    }
    const isSame = isRefused && isSameRefusal(error, oracleCase, evaluator);
    return isSame ? undefined : { caseId: id, input, expected, got: `error: ${error.message}` };
  }
}

function isSameRefusal(error: LanguageError, { message, note }: OracleCase, evaluator: TableEvaluator): boolean {
  const isSameMessage = evaluator.comparesMessages !== true || error.message === message;
  return isSameMessage && (evaluator.noteOf === undefined || evaluator.noteOf(error) === note);
}

async function runOutsideCase(
  { id, input, group }: OracleCase,
  evaluator: TableEvaluator,
  documents: OracleTable["documents"],
  words: string,
): Promise<Difference | undefined> {
  const expected = `error: … ${words} …`;
  try {
    const got = await evaluator.evaluate(input, documents, group);
    return { caseId: id, input, expected, got: JSON.stringify(got) };
  } catch (error) {
    if (!(error instanceof LanguageError))
      return { caseId: id, input, expected, got: `crash: ${describeCrash(error)}` };
    return error.message.includes(words) ? undefined : { caseId: id, input, expected, got: `error: ${error.message}` };
  }
}

function toJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function describeCrash(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
