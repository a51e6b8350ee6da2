// `npm run demo`: Runyard's main job on this machine, offline, against stand-ins for GitHub, CI, a registry, a host of
// previews and a model. Exit code 0 only if every outcome was read back from GitHub.
import { Command } from "commander";
import { startGitHubSimulator } from "../github-simulator/github-simulator.ts";
import { startModelSimulator } from "../model-simulator/model-simulator.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { chooseModel } from "./demo/demo-model.ts";
import { runDemo } from "./demo/run-demo.ts";

interface Flags {
  readonly keep?: true;
  readonly json?: true;
  readonly dataDir?: string;
  readonly model?: string;
}

const HELP = `
The model is a scripted one, unless --model names a real one: names that begin with "claude" are asked at Anthropic by
Claude Code, all others at OpenAI by Codex. ANTHROPIC_BASE_URL or OPENAI_BASE_URL is the provider's address where it is
not its own (OpenAI's with /v1, as https://api.openai.com/v1).

Exit code: 0 when every outcome was read back from GitHub, 1 when one was not, 2 for a wrong option, 130 when interrupted.`;

if (import.meta.main) process.exitCode = await main();

async function main(): Promise<number> {
  const flags = new Command("demo")
    .description("Shows Runyard's main job end to end on this machine, offline.")
    .option("--keep", "leave everything running and on disk for looking around; Ctrl-C ends it")
    .option("--data-dir <folder>", "where everything is written (default: a temporary folder, removed at the end)")
    .option("--model <name>", "a real model instead of the scripted one; needs ANTHROPIC_API_KEY or OPENAI_API_KEY")
    .option("--json", "one JSON object per line")
    .addHelpText("after", HELP)
    .parse()
    .opts<Flags>();
  const model = chooseModel(flags.model, process.env);
  if (typeof model === "string") {
    console.error(`error: ${model}`);
    return 2;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const { signal } = stop;
  const passed = await runDemo({
    keep: flags.keep ?? false,
    json: flags.json ?? false,
    dataDirectory: flags.dataDir,
    model,
    standIns: {
      startGitHub: (options) => startGitHubSimulator(options),
      startModel: () => startModelSimulator({ clock: SYSTEM_CLOCK }),
    },
    environment: process.env,
    color: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    write: (line) => void process.stdout.write(`${line}\n`),
    signal,
    untilStopped: () => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
  });
  if (signal.aborted && !passed) return 130;
  return passed ? 0 : 1;
}
