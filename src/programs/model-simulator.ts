// `npm run model-simulator -- [SCRIPT_FILE…]`: a scripted model as a process of its own, for tests in any language.
// The first line on standard output says where it listens; each script is reached by its file's name or by its texts.
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type ModelSimulator, startModelSimulator } from "../model-simulator/model-simulator.ts";
import type { ScriptInput } from "../model-simulator/script.ts";

if (import.meta.main) await main();

async function main(): Promise<void> {
  const command = new Command("model-simulator")
    .description("A model that follows scripts, over the protocols that coding agents speak. Not a real model.")
    .argument("[script-files...]", "JSON; docs/reference/model-simulator.md describes them")
    .option("--port <number>", "on 127.0.0.1 (default: a free one)", parsePort)
    .parse();
  const { port = 0 } = command.opts<{ readonly port?: number }>();
  const simulator = await startModelSimulator({ port });
  try {
    const scripts = [];
    for (const path of command.args) scripts.push(await load(simulator, path));
    console.log(JSON.stringify({ url: simulator.url, controlUrl: `${simulator.url}/_ctl`, scripts }));
    await untilStopped();
  } catch (error) {
    console.error(`model-simulator: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await simulator.close();
  }
}

/** Returns the key of the script. */
async function load(simulator: ModelSimulator, path: string): Promise<string> {
  const key = basename(path, extname(path));
  try {
    simulator.setScript(key, JSON.parse(await readFile(path, "utf8")) as ScriptInput);
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  return key;
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError("not a port number");
  return Number(text);
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });
}
