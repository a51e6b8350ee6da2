// The files of the demonstration's repository, as its first commit has them.
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const EXAMPLES = fileURLToPath(new URL("../../../examples/demo/", import.meta.url));
/** Where package-lock.json names the package's digest, which is only known once the package is packed. */
const INTEGRITY = "@INTEGRITY_OF_TINY_MONEY@";

/** Path to text of every file of examples/demo/repository. */
export async function readRepositoryFiles(integrity: string): Promise<Readonly<Record<string, string>>> {
  const files = await readFolder(join(EXAMPLES, "repository"));
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(INTEGRITY, integrity)]));
}

/** Path to text of every file of the package that the repository depends on. */
export function readPackageFiles(): Promise<Readonly<Record<string, string>>> {
  return readFolder(join(EXAMPLES, "packages", "tiny-money"));
}

async function readFolder(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.split(sep).includes("node_modules"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
  const texts = await Promise.all(
    paths.map(async (path) => [path, await readFile(join(folder, path), "utf8")] as const),
  );
  return Object.fromEntries(texts);
}
