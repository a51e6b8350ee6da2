// Finds the coding-agent CLIs on this machine, to be shown read-only to agents' containers: by name in the environment,
// on PATH, or in the packages beside Runyard.
import { access, constants, realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type { Toolchain } from "../../platform/embedded/sandbox/build-sandbox-arguments.ts";

/** Native programs in the CLIs' platform packages; their npm wrappers forward signals badly. */
const PACKAGED: Readonly<Record<string, readonly string[]>> = {
  codex: [
    "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
    "@openai/codex-linux-arm64/vendor/aarch64-unknown-linux-musl/bin/codex",
  ],
  claude: ["@anthropic-ai/claude-code-linux-x64/claude", "@anthropic-ai/claude-code-linux-arm64/claude"],
};

/** One toolchain per CLI that is found; missing ones are no error until a run asks for them. */
export async function findToolchains(environment: NodeJS.ProcessEnv): Promise<readonly Toolchain[]> {
  const found = await Promise.all(Object.keys(PACKAGED).map((name) => findToolchain(name, environment)));
  return found.filter((toolchain) => toolchain !== undefined);
}

async function findToolchain(name: string, environment: NodeJS.ProcessEnv): Promise<Toolchain | undefined> {
  const named = environment[`RUNYARD_${name.toUpperCase()}`];
  const candidates = [...(named === undefined ? [] : [named]), ...packaged(name), ...onPath(name, environment)];
  for (const candidate of candidates) {
    const program = await executable(candidate);
    if (program !== undefined) return { name, directory: dirname(program), programs: "." };
  }
  return undefined;
}

function onPath(name: string, environment: NodeJS.ProcessEnv): readonly string[] {
  const folders = (environment["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.endsWith("node_modules/.bin"));
  return folders.map((folder) => join(folder, name));
}

function packaged(name: string): readonly string[] {
  const roots = createRequire(import.meta.url).resolve.paths("x") ?? [];
  return roots.flatMap((root) => (PACKAGED[name] ?? []).map((path) => join(root, path)));
}

async function executable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    return await realpath(path);
  } catch {
    return undefined;
  }
}
