import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compileCacheDirectory } from "../../../src/platform/node/compile-cache.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

const MODULE = new URL("../../../src/platform/node/compile-cache.ts", import.meta.url).href;
const LOADED_AFTERWARDS = new URL("../../../src/platform/node/system-clock.ts", import.meta.url).href;

/** A program that keeps its compiled code, with nothing in its environment. */
function runProgram(dataDirectory: string, environment: Readonly<Record<string, string>> = {}): void {
  const text = `
    const { keepCompiledCode } = await import(${JSON.stringify(MODULE)});
    keepCompiledCode(${JSON.stringify(dataDirectory)});
    await import(${JSON.stringify(LOADED_AFTERWARDS)});`;
  execFileSync(process.execPath, ["--input-type=module", "--eval", text], { env: environment });
}

it("keeps what a program loads in a private folder of its data directory", async () => {
  const dataDirectory = join(await temporaryDirectory(), "data");

  runProgram(dataDirectory);

  expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
  expect(readdirSync(compileCacheDirectory(dataDirectory), { recursive: true }).length).toBeGreaterThan(1);
});

it("keeps it where the operator says", async () => {
  const directory = await temporaryDirectory();
  const chosen = join(directory, "chosen");

  runProgram(join(directory, "data"), { NODE_COMPILE_CACHE: chosen });

  expect(readdirSync(join(directory, "data"))).toEqual([]);
  expect(readdirSync(chosen, { recursive: true }).length).toBeGreaterThan(1);
});
