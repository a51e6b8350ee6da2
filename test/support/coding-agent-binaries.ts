// Where npm put the native executables of the coding agents; undefined when this machine has none.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const TRIPLES: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
};
const PLATFORM = `${process.platform}-${process.arch}`;

export const CODEX = executable(`@openai/codex-${PLATFORM}`, `vendor/${TRIPLES[PLATFORM] ?? "unknown"}/bin/codex`);
export const CLAUDE = executable(`@anthropic-ai/claude-code-${PLATFORM}`, "claude");

function executable(packageName: string, path: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    const file = join(dirname(manifest), path);
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}
