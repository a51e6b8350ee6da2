// `npm run github-simulator -- OPTIONS_FILE`: a simulated GitHub as a process of its own, for tests in any language.
// The first line on standard output says where everything is; credentials are files below the data directory.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { type GitHubSimulator, startGitHubSimulator } from "../github-simulator/github-simulator.ts";
import { parseOptions, type WrittenOptions } from "../github-simulator/parse-options.ts";
import { PlatformError } from "../platform/errors.ts";

if (import.meta.main) await main();

async function main(): Promise<void> {
  const command = new Command("github-simulator")
    .description("A GitHub to test against: REST, git, webhooks and CI on this machine.")
    .argument("<options-file>", "JSON; docs/reference/github-simulator.md describes it")
    .option("--data-dir <folder>", "for repositories and credentials (default: a temporary folder, removed at the end)")
    .parse();
  const { dataDir } = command.opts<{ readonly dataDir?: string }>();
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), "github-simulator-")));
  const end = async (): Promise<void> => {
    if (dataDir === undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    const options = parseOptions(await readJsonFile(command.args[0] ?? ""));
    await mkdir(directory, { recursive: true });
    const simulator = await startGitHubSimulator({ ...options, directory });
    console.log(JSON.stringify(await describe(simulator, options, directory)));
    await untilStopped();
    await simulator.close();
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    console.error(`github-simulator: ${error.message}${error.hint === undefined ? "" : `\n  ${error.hint}`}`);
    process.exitCode = 1;
  } finally {
    await end();
  }
}

async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = "Give the path of a JSON file; docs/reference/github-simulator.md shows one.";
    throw new PlatformError({ code: "Invalid", message: `${path} cannot be read: ${reason}`, hint, cause });
  }
}

async function describe(simulator: GitHubSimulator, options: WrittenOptions, directory: string): Promise<object> {
  const credentials = join(directory, "credentials");
  await mkdir(credentials, { recursive: true, mode: 0o700 });
  const apps = [];
  for (const { slug } of options.apps ?? []) {
    const privateKeyFile = join(credentials, `${slug}.pem`);
    await writeFile(privateKeyFile, simulator.privateKeyOf(slug), { mode: 0o600 });
    apps.push({ ...simulator.app(slug), privateKeyFile });
  }
  const users = [];
  for (const { login } of options.users ?? []) {
    const tokenFile = join(credentials, `${login}.token`);
    await writeFile(tokenFile, simulator.tokenOf(login), { mode: 0o600 });
    users.push({ login, tokenFile });
  }
  const { baseUrl, apiUrl, graphqlUrl } = simulator;
  return { baseUrl, apiUrl, graphqlUrl, controlUrl: `${baseUrl}/_ctl`, directory, apps, users };
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });
}
