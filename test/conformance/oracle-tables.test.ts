import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

import { temporaryDirectory } from "../support/temporary-store.ts";
import { findTableFiles, readTable, runTable } from "./oracle-tables.ts";

const duration = { parser: "go", text: "1s" };
const answer = { go: "1s", human: "1 second", seconds: 1 };

it("a table shows every case whose answer is another one", async () => {
  const cases = [
    { id: "same", group: "g", input: duration, expected: answer },
    { id: "other", group: "g", input: duration, expected: { ...answer, seconds: 2 } },
    { id: "refused", group: "g", input: duration, error: true as const, message: "no" },
    { id: "accepted", group: "g", input: { ...duration, text: "x" }, expected: answer },
  ];

  const result = await runTable({ table: "duration", cases });

  expect(result.passedCount).toBe(1);
  expect(result.differences.map(({ caseId }) => caseId)).toEqual(["other", "refused", "accepted"]);
});

it("an evaluator that crashes has not refused", async () => {
  const cases = [{ id: "crash", group: "g", input: null, error: true as const, message: "no" }];

  const { differences } = await runTable({ table: "duration", cases });

  expect(differences[0]?.got).toContain("crash");
});

it("a table without an evaluator is missing, and nothing of it passes", async () => {
  const result = await runTable({ table: "nothing-of-that-name", cases: [] });

  expect(result).toMatchObject({ isMissing: true, passedCount: 0 });
});

it("tables are found below a folder; a path without any is named", async () => {
  const folder = await temporaryDirectory();
  await mkdir(join(folder, "more", "empty"), { recursive: true });
  await Promise.all(["b.json", "more/a.json", "more/README.md"].map((name) => writeFile(join(folder, name), "{}")));

  expect(findTableFiles([folder])).toEqual([join(folder, "b.json"), join(folder, "more/a.json")]);
  expect(() => findTableFiles([join(folder, "more/empty")])).toThrow("more/empty holds no table");
  expect(() => findTableFiles([join(folder, "none")])).toThrow("none does not exist");
});

it.each([
  ["{", /is no JSON: .*position 1/],
  ["[]", /needs "table", a text, and "cases", a list/],
  ['{"table": "when", "cases": {}}', /needs "table", a text, and "cases", a list/],
  ['{"table": "when", "cases": [], "documents": {"a": 1}}', /"documents" must hold texts/],
  ['{"table": "when", "cases": [{"id": "a", "input": 1, "expected": 1}, 7]}', /cases\[1\] is no object/],
  ['{"table": "when", "cases": [{"input": 1, "expected": 1}]}', /cases\[0\] needs "id", a text/],
  ['{"table": "when", "cases": [{"id": "a", "expected": 1}]}', /cases\[0\] needs "input"/],
  ['{"table": "when", "cases": [{"id": "a", "input": 1}]}', /cases\[0\] needs "expected", or "error": true/],
])("the file %s is refused with its path", async (text, message) => {
  const path = join(await temporaryDirectory(), "table.json");
  await writeFile(path, text);

  expect(() => readTable(path)).toThrow(message);
  expect(() => readTable(path)).toThrow(path);
});
