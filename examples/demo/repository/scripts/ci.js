// What the CI job runs: asks for a preview of the commit, installs, runs the tests, and checks that every proof is in the
// index.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const { PREVIEW_HOST, GITHUB_SHA, GITHUB_REF, GITHUB_REPOSITORY } = process.env;
if (PREVIEW_HOST !== undefined) {
  const body = JSON.stringify({ repository: GITHUB_REPOSITORY, ref: GITHUB_REF, sha: GITHUB_SHA });
  await fetch(PREVIEW_HOST, { method: "POST", headers: { "content-type": "application/json" }, body });
}
const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--no-update-notifier"], { stdio: "inherit" });
if (installed.status !== 0) process.exit(1);
const tests = spawnSync(process.execPath, ["--test"], { stdio: "inherit" });
const index = readFileSync("acceptance/README.md", "utf8");
const missing = readdirSync("acceptance")
  .filter((folder) => folder.startsWith("task-") && existsSync(`acceptance/${folder}`))
  .flatMap((folder) => readdirSync(`acceptance/${folder}`).map((name) => `${folder}/${name}`))
  .filter((path) => !index.includes(path));
for (const path of missing) process.stdout.write(`acceptance/README.md does not list ${path}\n`);
process.exit(tests.status === 0 && missing.length === 0 ? 0 : 1);
