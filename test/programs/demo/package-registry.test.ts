import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packPackage } from "../../../src/programs/demo/pack-package.ts";
import { startPackageRegistry, type PackageRegistry } from "../../../src/programs/demo/package-registry.ts";
import { readPackageFiles, readRepositoryFiles } from "../../../src/programs/demo/repository-files.ts";

const run = promisify(execFile);

describe("the registry stand-in", () => {
  let directory: string;
  let registry: PackageRegistry;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "demo-registry-"));
    registry = await startPackageRegistry(packPackage(await readPackageFiles()));
  });
  afterEach(async () => {
    await registry.close();
    await rm(directory, { recursive: true });
  });

  test("serves a package that the real npm installs by the demonstration's lock file", async () => {
    const { integrity } = packPackage(await readPackageFiles());
    const files = await readRepositoryFiles(integrity);
    for (const name of ["package.json", "package-lock.json"]) await writeFile(join(directory, name), files[name] ?? "");

    await run("npm", ["ci", "--no-audit", "--no-fund", "--cache", join(directory, "cache")], {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: directory, npm_config_registry: `${registry.url}/` },
    });

    const installed = await readFile(join(directory, "node_modules", "tiny-money", "index.js"), "utf8");
    expect(installed).toBe((await readPackageFiles())["index.js"]);
    expect(registry.downloads()).toBe(1);
  });

  test("knows nothing else", async () => {
    const answer = await fetch(`${registry.url}/another-package`);

    expect(answer.status).toBe(404);
  });
});
