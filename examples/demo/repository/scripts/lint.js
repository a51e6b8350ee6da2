// The linter: a few rules, read line by line.
import { readdirSync, readFileSync } from "node:fs";

const RULES = [
  { name: "no-var", pattern: /^\s*var\s/, message: "use const or let instead of var" },
  { name: "eqeqeq", pattern: /[^=!]==[^=]|!=[^=]/, message: "use === and !==" },
  { name: "no-console", pattern: /\bconsole\./, message: "the service writes no console output" },
  { name: "no-trailing-spaces", pattern: /[ \t]+$/, message: "trailing spaces" },
];

let problems = 0;
for (const folder of ["src", "test"]) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
    readFileSync(`${folder}/${name}`, "utf8")
      .split("\n")
      .forEach((line, index) => {
        for (const rule of RULES.filter(({ pattern }) => pattern.test(line))) {
          problems += 1;
          process.stdout.write(`${folder}/${name}:${index + 1}: ${rule.message} (${rule.name})\n`);
        }
      });
  }
}
process.stdout.write(`lint: ${problems} problems\n`);
process.exit(problems === 0 ? 0 : 1);
