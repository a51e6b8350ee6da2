// Every open task has its three files, and criteria that can be checked one by one.
import { existsSync, readFileSync } from "node:fs";

const { tasks } = JSON.parse(readFileSync(".taskmaster/tasks/tasks.json", "utf8"));
const problems = [];
for (const { id } of tasks.filter(({ status }) => status !== "done")) {
  const folder = `.taskmaster/docs/task-${id}`;
  for (const name of ["task.md", "prompt.md", "acceptance-criteria.md"]) {
    if (!existsSync(`${folder}/${name}`)) problems.push(`${folder}/${name} is missing`);
  }
  const criteria = `${folder}/acceptance-criteria.md`;
  if (existsSync(criteria) && !/^- \[ \] /m.test(readFileSync(criteria, "utf8"))) problems.push(`${criteria} lists no criterion`);
}
for (const problem of problems) process.stdout.write(`docs: ${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
