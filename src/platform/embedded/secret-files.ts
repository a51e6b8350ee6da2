// Confidential objects as files of mode 0600: `<secrets>/<namespace>/<name>/object.json`, replaced as a whole.
// They are never rows of the database, so that a copy of the database holds no secret.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { resourceName } from "./decide-write.ts";
import { apiVersionOf, type Kind } from "../../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";
import { namespaceNameProblem, objectNameProblem } from "../../resources/object-name.ts";
import { PlatformError } from "../errors.ts";
import { storageError } from "./store-files.ts";
import type { StoredSecret } from "./store-messages.ts";

const FILE = "object.json";
const NEW_FILE = "object.json.new";

/** Every secret below the directory. A file that cannot be read as one is an error: the engine must not start without it. */
export function readSecretFiles(directory: string, kinds: readonly Kind[]): readonly StoredSecret[] {
  const secrets: StoredSecret[] = [];
  for (const namespace of directoriesIn(directory)) {
    for (const name of directoriesIn(join(directory, namespace))) {
      const secret = readSecretFile(join(directory, namespace, name, FILE), kinds);
      if (secret !== undefined) secrets.push(secret);
    }
  }
  return secrets;
}

/** Undefined when a crash came between making the directory and the first file in it, or during a removal. */
function readSecretFile(path: string, kinds: readonly Kind[]): StoredSecret | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw storageError(error, path);
  }
  try {
    const object = JSON.parse(text) as KubernetesObject;
    const kind = kinds.find((kind) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);
    const { name, namespace, resourceVersion } = object.metadata;
    const version = Number(resourceVersion);
    if (kind !== undefined && Number.isSafeInteger(version)) {
      return { kind: resourceName(kind), key: { namespace: namespace ?? "", name }, version, text };
    }
  } catch {
    // The parser's message would quote the file's text, and with it the secret.
  }
  throw new PlatformError({
    code: "Unavailable",
    message: `${path} is no stored secret`,
    hint: "Restore the file from a backup, or move its directory away and create the secret again.",
  });
}

/** Durable when it returns: file and directories are synchronised. */
export function writeSecretFile(directory: string, key: ObjectKey, text: string): void {
  const target = secretDirectory(directory, key);
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const descriptor = openSync(join(target, NEW_FILE), "w", 0o600);
    try {
      writeWhole(descriptor, Buffer.from(text, "utf8"));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(join(target, NEW_FILE), join(target, FILE));
    for (const path of [target, dirname(target), directory]) syncDirectory(path);
  } catch (error) {
    rmSync(join(target, NEW_FILE), { recursive: true, force: true });
    throw storageError(error, join(target, FILE));
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

/** Removes the secret's directory; durable when it returns. */
export function removeSecretFile(directory: string, key: ObjectKey): void {
  const target = secretDirectory(directory, key);
  try {
    rmSync(target, { recursive: true, force: true });
    syncDirectory(dirname(target));
  } catch (error) {
    throw storageError(error, target);
  }
}

/** The names come checked from the writer; checked again, because a wrong one would leave the directory. */
function secretDirectory(directory: string, key: ObjectKey): string {
  const problem = namespaceNameProblem(key.namespace) ?? objectNameProblem({ group: "", kind: "Secret" }, key.name);
  if (problem !== undefined) throw new PlatformError({ code: "Invalid", message: `a secret's name ${problem}` });
  return join(directory, key.namespace, key.name);
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function directoriesIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw storageError(error, path);
  }
}
