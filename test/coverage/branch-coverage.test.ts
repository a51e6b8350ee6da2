// The list of branches that no test takes can only become shorter.
import { describe, expect, test } from "vitest";
import { type CoverageReport, coverageProblems, loweredList, uncoveredLines } from "./branch-coverage.ts";

const at = (line: number) => ({ start: { line } });
const REPORT: CoverageReport = {
  "/root/src/argo/a.ts": {
    b: { "0": [1, 0], "1": [0, 0] },
    branchMap: {
      "0": { loc: at(1), locations: [at(1), {}] },
      "1": { loc: at(5), locations: [at(5), at(7)] },
    },
  },
  "/root/src/argo/whole.ts": { b: { "0": [3, 1] }, branchMap: { "0": { loc: at(1), locations: [at(1), at(2)] } } },
};

describe("a report", () => {
  const found = uncoveredLines(REPORT, "/root");

  test("names the lines of branches that were not taken", () => {
    expect([...found]).toEqual([["src/argo/a.ts", [1, 5, 7]]]);
  });

  test("is refused when a file has more such branches than the list allows", () => {
    expect(coverageProblems(found, {})).toEqual([
      "src/argo/a.ts: no test takes 3 branches, at most 0 may be left; lines 1, 5, 7",
    ]);
    expect(coverageProblems(found, { "src/argo/a.ts": 2 })).toHaveLength(1);
    expect(coverageProblems(found, { "src/argo/a.ts": 3 })).toEqual([]);
  });

  test("is refused when the list holds a file that needs no entry", () => {
    expect(coverageProblems(found, { "src/argo/a.ts": 3, "src/argo/whole.ts": 1 })).toEqual([
      expect.stringContaining("src/argo/whole.ts: every branch is taken now"),
    ]);
  });

  test("lowers the list and never raises it", () => {
    const allowed = { "src/argo/a.ts": 9, "src/argo/whole.ts": 1 };

    expect(loweredList(found, allowed)).toEqual({ "src/argo/a.ts": 3 });
    expect(loweredList(found, { "src/argo/a.ts": 1 })).toEqual({ "src/argo/a.ts": 1 });
    expect(loweredList(found, {})).toEqual({});
  });
});
