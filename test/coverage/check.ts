// The second half of `npm run coverage`: holds the report to the list. With `--lower` the list is brought down to what
// is still missing.
import { readFileSync, writeFileSync } from "node:fs";
import {
  type CoverageReport,
  coverageProblems,
  loweredList,
  type Uncovered,
  uncoveredLines,
} from "./branch-coverage.ts";

const LIST = new URL("uncovered-branches.json", import.meta.url);
const REPORT = new URL("../../coverage/coverage-final.json", import.meta.url);

const report = JSON.parse(readFileSync(REPORT, "utf8")) as CoverageReport;
const allowed = JSON.parse(readFileSync(LIST, "utf8")) as Uncovered;
const found = uncoveredLines(report, process.cwd());
if (process.argv.includes("--lower")) {
  writeFileSync(LIST, `${JSON.stringify(loweredList(found, allowed), null, 2)}\n`);
} else {
  const problems = coverageProblems(found, allowed);
  for (const problem of problems) console.error(problem);
  const left = [...found.values()].reduce((sum, lines) => sum + lines.length, 0);
  const files = Object.keys(report).length;
  console.log(`${files - found.size} of ${files} pure files have every branch tested; ${left} branches are left`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
