// The faults of the system that Runyard is compatible with, by their number in our notes about it, and the tests that show
// that ours has none of them: tests whose names begin with these numbers.
import { expect, it } from "vitest";
import { readSources } from "./source-tree.ts";

const DEFECTS: Readonly<Record<string, string>> = {
  "A.1": "what is written into a status is not read back",
  "A.2": "a Job that is gone is taken for a run that never started, and runs again for ever",
  "A.3": "two places make the Job's name, and differ",
  "A.4": "a read that failed is taken for absence",
  "A.5": "counters and phases race; no limit means without limit; retries multiply",
  "A.6": "clean-up finds nothing, or the work of others; logs are gone before they are read",
  "C.3": "work is found by its task alone, across repositories",
  "D.1": "runs share a workspace and destroy each other's work",
  "D.2": "the newest session is continued, whosever it is",
  "D.3": "branches are looked for on the own disk only",
  "E.1": "a token ends before its run does",
  "E.2": "one spelling of a repository only; the installation of another one",
  "E.3": "keys and tokens in environment, logs and commits",
  "E.4": "text of events in shells; private keys in the pods of agents",
  "F.1": "exit code 0 is success, whatever happened",
  "F.2": "the path of a system prompt is its text",
  "F.3": "pull requests claim what nobody proved",
  "F.4": "agents ask, and wait for ever",
  "F.5": "gates do not gate",
  "F.6": "two parts write the same thing",
  "F.7": "agents begin a history of their own",
};

const TITLE = /\b(?:it|test)(?:\.each\([^)]*\))?\(\s*"((?:[A-F]\.\d )+[^"]*)"/g;

it("every known defect has its named test, and no test names a defect that is not listed", () => {
  const titles = readSources("test").flatMap(({ text }) => [...text.matchAll(TITLE)].map(([, title = ""]) => title));
  const numbers = titles.flatMap((title) => title.match(/[A-F]\.\d(?= )/g) ?? []);

  expect(new Set(numbers)).toEqual(new Set(Object.keys(DEFECTS)));
});
