// The npm package as its user gets it: packed, unpacked elsewhere, with no package beside it but those that it names.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/free-port.ts";
import { endProcessesOf, processesOf } from "../support/processes.ts";
import { temporaryDirectory } from "../support/temporary-store.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS_MAX = 30_000;
const run = promisify(execFile);

interface PackageFile {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

let installed: string;
let contents: readonly string[];

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), "runyard-package-"));
  const packed = await pack(join(directory, "checkout"));
  contents = packed.contents;
  installed = await install(packed.tarball, join(directory, "elsewhere"));
  return () => rm(directory, { recursive: true, force: true, maxRetries: 5 });
}, 120_000);

/** Packed from a copy, so that the tests beside this one keep running from their sources. */
async function pack(checkout: string): Promise<{ readonly tarball: string; readonly contents: readonly string[] }> {
  const { files } = await packageFile(ROOT);
  const copied = [...files.filter((name) => name !== "dist"), "src", "package.json", "tsconfig.json"];
  for (const name of [...copied, "tsconfig.build.json", "README.md", "LICENSE"]) {
    await cp(join(ROOT, name), join(checkout, name), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  await mkdir(join(checkout, "dist"));
  await writeFile(join(checkout, "dist", "left-behind.js"), "");
  await run("npm", ["pack", "--silent"], { cwd: checkout });
  const tarball = join(checkout, "runyard-0.1.0.tgz");
  const { stdout } = await run("tar", ["-tzf", tarball]);
  return { tarball, contents: stdout.trim().split("\n") };
}

/** What `npm install --omit=dev` would lay out, without a registry. */
async function install(tarball: string, directory: string): Promise<string> {
  await mkdir(directory);
  await run("tar", ["-xzf", tarball, "-C", directory]);
  const root = join(directory, "package");
  const { dependencies } = await packageFile(root);
  for (const name of Object.keys(dependencies)) {
    const place = join(root, "node_modules", name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(ROOT, "node_modules", name), place);
  }
  return root;
}

async function packageFile(root: string): Promise<PackageFile> {
  return JSON.parse(await readFile(join(root, "package.json"), "utf8")) as PackageFile;
}

async function runyard(words: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const program = join(installed, "bin", "runyard.js");
  const { stdout } = await run(process.execPath, [program, ...words.split(" ")], {
    env: { ...process.env, ...environment },
  });
  return stdout;
}

describe("the package", () => {
  it("holds what the programs read, and neither sources nor what an earlier build left behind", () => {
    expect(contents).toEqual(
      expect.arrayContaining(
        [
          "bin/runyard.js",
          "dist/programs/cli.js",
          "dist/programs/container-init.js",
          "dist/platform/embedded/database-worker.js",
          "dist/github-simulator/github-simulator.d.ts",
          "charts/runyard/values.schema.json",
          "charts/runyard/crds/coderuns.yaml",
          "charts/runyard/pipelines/orchestrator-dag.yaml",
          "docs/guides/one-machine.md",
          "LICENSE",
          "README.md",
        ].map((path) => `package/${path}`),
      ),
    );
    expect(
      contents.filter((path) => /^package\/(src|test|scripts|node_modules)\/|left-behind|(?<!\.d)\.ts$/.test(path)),
    ).toEqual([]);
  });

  it("tells its version and explains itself", async () => {
    expect(await runyard("version --client")).toContain("client:   0.1.0\n");
    expect(await runyard("--help")).toContain("Start the engine on this machine");
  });

  it("starts an engine that has the chart, answers, and ends without a trace", async () => {
    const data = join(await temporaryDirectory(), "data");
    onTestFinished(() => endProcessesOf(data));
    const values = join(await temporaryDirectory(), "values.yaml");
    await writeFile(values, `github: {webhook: {port: ${await freePort()}}}\n`);
    const program = join(installed, "bin", "runyard.js");
    const options = ["up", "--port", "0", "--data-dir", data, "--values", values];
    const engine = spawn(process.execPath, [program, ...options], { stdio: ["ignore", "pipe", "inherit"] });
    await outputWith(engine.stdout, "Runyard is up.");

    const templates = await runyard("get workflowtemplates -o name", { KUBECONFIG: join(data, "kubeconfig") });
    engine.kill("SIGINT");
    const [exitCode] = (await once(engine, "exit")) as [number | null];

    expect(templates).toContain("workflowtemplate.argoproj.io/orchestrator-dag");
    expect(exitCode).toBe(0);
    expect(await processesOf(data)).toEqual([]);
  });
});

async function outputWith(stream: NodeJS.ReadableStream, words: string): Promise<void> {
  let text = "";
  const giveUp = AbortSignal.timeout(START_MS_MAX);
  while (!text.includes(words)) {
    const [chunk] = (await once(stream, "data", { signal: giveUp })) as [Buffer];
    text += chunk.toString("utf8");
  }
}
