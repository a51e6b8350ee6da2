// docs/reference/cluster-results.json: what the last run on a real cluster has shown, and the hash of what it was shown with.
import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const RESULTS_FILE = fileURLToPath(new URL("../../docs/reference/cluster-results.json", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** What a cluster runs of ours. Another byte there, and the results are of something else. */
const COVERED = ["charts/runyard/**/*.{yaml,json,tpl,txt}", "src/controllers/**/*.ts"];

export interface ClusterResults {
  readonly hash: string;
  readonly date: string;
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly allowedDifferences: number;
}

/** SHA-256 over names and contents, in the order of names. */
export function hashOfCovered(): string {
  const hash = createHash("sha256");
  const files = COVERED.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).toSorted();
  for (const file of new Set(files))
    hash
      .update(`${file}\0`)
      .update(readFileSync(`${ROOT}${file}`))
      .update("\0");
  return hash.digest("hex");
}

export function readResults(): ClusterResults {
  return JSON.parse(readFileSync(RESULTS_FILE, "utf8")) as ClusterResults;
}

export function writeResults(results: ClusterResults): void {
  writeFileSync(RESULTS_FILE, `${JSON.stringify(results, null, 2)}\n`);
}
