// Keeps what Node has compiled of our programs, so that each of them starts sooner the next time: an engine, a gateway
// and a supervisor are started often, and reading TypeScript or JavaScript anew is most of what a start costs.
import { mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";

/** Of Node: programs that we start keep their code in the same place. */
export const COMPILE_CACHE_VARIABLE = "NODE_COMPILE_CACHE";

/** Where it is kept: where the operator says, else in the data directory. Code comes from it, so it must be private. */
export function compileCacheDirectory(dataDirectory: string): string {
  return process.env[COMPILE_CACHE_VARIABLE] ?? join(dataDirectory, "compiled");
}

/** For what this program loads from now on. Without effect where the directory cannot be written. */
export function keepCompiledCode(dataDirectory: string): void {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  enableCompileCache(compileCacheDirectory(dataDirectory));
}
