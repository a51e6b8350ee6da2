// The acceptance gate: every criterion of every task has a proof, and every proof holds on the deployment.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { get } from "./deployment.js";

let failures = 0;
if (process.env.RUNYARD_DEPLOYMENT_URL === undefined) fail("RUNYARD_DEPLOYMENT_URL is not set: nothing is deployed");
else {
  const folders = readdirSync(".taskmaster/docs").filter((name) => name.startsWith("task-"));
  for (const task of folders) await prove(task, criteriaOf(task));
}
process.exit(failures === 0 ? 0 : 1);

function criteriaOf(task) {
  const text = readFileSync(`.taskmaster/docs/${task}/acceptance-criteria.md`, "utf8");
  return [...text.matchAll(/^- \[[ x]\] (.+)$/gm)].map(([, criterion]) => criterion);
}

async function prove(task, criteria) {
  for (const [index, criterion] of criteria.entries()) {
    const file = `acceptance/${task}/criterion-${index + 1}.js`;
    if (!existsSync(file)) {
      fail(`${task}: "${criterion}" has no proof; write ${file}`);
      continue;
    }
    try {
      const { default: proof } = await import(new URL(`../${file}`, import.meta.url));
      await proof(get);
      process.stdout.write(`ok   ${task}: ${criterion}\n`);
    } catch (error) {
      fail(`${task}: "${criterion}" does not hold: ${error.message}`);
    }
  }
}

function fail(message) {
  failures += 1;
  process.stdout.write(`FAIL ${message}\n`);
}
