// `npm run bench`: runs the benchmarks beside this file and prints their figures, each beside the floor of the same run.
// Options: --only NAME (one of them), --json, --write (into docs/reference/figures.md).
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { endProcessesOf } from "../test/support/processes.ts";
import { table, type Benchmark } from "./support/figure.ts";

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  webhook: async () => await (await import("./webhook.ts")).measure(),
  store: async () => await (await import("./store.ts")).measure(),
  workflows: async () => await (await import("./workflows.ts")).measure(),
  engine: async () => await (await import("./engine.ts")).measure(),
  history: async () => await (await import("./history.ts")).measure(),
};
const PAGE = new URL("../docs/reference/figures.md", import.meta.url);
const MEASURED = "<!-- measured -->";
const LIMIT_MS = 8 * 60_000;

const { values } = parseArgs({
  options: { only: { type: "string" }, json: { type: "boolean" }, write: { type: "boolean" } },
});
const names = values.only === undefined ? Object.keys(BENCHMARKS) : [values.only];
// Everything of this run lies in one directory, so that an interrupted run can end and remove it too.
const directory = mkdtempSync(join(tmpdir(), "runyard-b-"));
chmodSync(directory, 0o755);
process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
process.env["TMPDIR"] = directory;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => void abandon(`got ${signal}`));
setTimeout(() => void abandon(`the benchmarks took more than ${LIMIT_MS / 60_000} minutes`), LIMIT_MS).unref();

const results: Record<string, Benchmark> = {};
for (const name of names) {
  const measure = BENCHMARKS[name];
  if (measure === undefined) fail(`--only: "${name}" is none of ${Object.keys(BENCHMARKS).join(", ")}`);
  else await add(name, measure);
}
await tidy();
if (values.json === true) process.stdout.write(`${JSON.stringify({ machine: machine(), results }, undefined, 2)}\n`);

/** One that fails says so, and the others are still measured. */
async function add(name: string, measure: () => Promise<Benchmark>): Promise<void> {
  try {
    const result = await measure();
    results[name] = result;
    if (values.json !== true) process.stdout.write(`${section(name, result)}\n`);
    if (values.write === true) writeSection(name, result);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${name} was not measured: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function section(name: string, { description, figures }: Benchmark): string {
  return `## ${name}\n\n${description}\n\n${table(figures)}\n`;
}

/** Replaces what the page says of this benchmark, and leaves the others. */
function writeSection(name: string, result: Benchmark): void {
  const [head = "", measured = ""] = readFileSync(PAGE, "utf8").split(MEASURED);
  const sections = new Map(
    measured
      .split(/^(?=## )/m)
      .slice(1)
      .map((text) => [/^## (\S+)/.exec(text)?.[1] ?? "", text.trim()]),
  );
  sections.set(name, `${section(name, result)}\n${machine()}`);
  const ordered = Object.keys(BENCHMARKS).flatMap((known) => sections.get(known) ?? []);
  writeFileSync(PAGE, `${head}${MEASURED}\n\n${ordered.join("\n\n")}\n`);
}

function machine(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `Measured on ${date} at commit ${commit}: ${availableParallelism()} cores (${model}), ${memory}, Linux ${release()}, Node ${process.versions.node}.`;
}

async function tidy(): Promise<void> {
  await endProcessesOf(directory);
}

async function abandon(reason: string): Promise<void> {
  await tidy();
  fail(reason);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
