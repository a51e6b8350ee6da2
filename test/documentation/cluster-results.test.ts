import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { hashOfCovered, readResults, RESULTS_FILE } from "../support/cluster-results.ts";

it.skipIf(!existsSync(RESULTS_FILE))(
  "docs/reference/cluster-results.json is of the chart and the controllers as they are",
  () => {
    const { hash, date } = readResults();

    expect(hash, `the results of ${date} are of other bytes: npm run test:cluster writes new ones`).toBe(
      hashOfCovered(),
    );
  },
);
