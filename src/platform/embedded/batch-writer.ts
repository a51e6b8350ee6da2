// Commits batches of writes: one transaction for all rows, then the files of secrets. Runs on the writer thread only.
import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Kind } from "../../resources/kind.ts";
import { keyOf, type KubernetesObject, type ObjectKey } from "../../resources/object-meta.ts";
import { generatedName } from "../../resources/object-name.ts";
import { PlatformError } from "../errors.ts";
import { decideWrite, resourceName, type WriteDecision, type WriteRequest } from "./decide-write.ts";
import type { AnyObject } from "./normalize-object.ts";
import { ObjectRows, type Shelf, type Stored } from "./object-rows.ts";
import { removeSecretFile, writeSecretFile } from "./secret-files.ts";
import { storageError, storeFiles, type StoreFiles } from "./store-files.ts";
import {
  errorMessage,
  type Change,
  type CommittedBatch,
  type StoredSecret,
  type Write,
  type WriterSettings,
  type WriteResult,
} from "./store-messages.ts";

/** As many tries as the API server makes before it answers AlreadyExists. */
const GENERATED_NAME_TRIES_MAX = 8;

export class BatchWriter {
  readonly #database: DatabaseSync;
  readonly #files: StoreFiles;
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #rows: ObjectRows;
  readonly #secrets = new Map<string, Stored>();
  #version: number;

  constructor(database: DatabaseSync, settings: WriterSettings, secrets: readonly StoredSecret[]) {
    this.#database = database;
    this.#files = storeFiles(settings.directory);
    this.#kinds = new Map(settings.kinds.map((kind) => [resourceName(kind), kind]));
    this.#rows = new ObjectRows(database, settings.limits);
    for (const secret of secrets) this.#secrets.set(secretId(secret.kind, secret.key), secret);
    // A crash may have come after a secret's file and before the counter's row.
    this.#version = Math.max(this.#rows.version(), ...secrets.map((secret) => secret.version));
  }

  get version(): number {
    return this.#version;
  }

  /** Throws a PlatformError when nothing of the batch could be stored; a refused write is a result. */
  commit(writes: readonly Write[]): CommittedBatch {
    const results: WriteResult[] = Array.from(writes, () => ({ kind: "unchanged", text: "" }));
    const changes: Change[] = [];
    const secretWrites: { readonly index: number; readonly write: Write; readonly version: number }[] = [];
    const before = this.#version;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const [index, write] of writes.entries()) {
        if (this.#kindOf(write).confidential === true) secretWrites.push({ index, write, version: 0 });
        else results[index] = this.#apply(write, this.#rows, changes, () => (this.#version += 1));
      }
      // Secrets take their versions in this transaction too, so that no version is ever given twice.
      for (const [index, entry] of secretWrites.entries())
        secretWrites[index] = { ...entry, version: (this.#version += 1) };
      if (this.#version > before) this.#rows.finish(this.#version);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#version = before;
      this.#rollBack();
      throw storageError(error, this.#files.database);
    }
    for (const { index, write, version } of secretWrites) {
      results[index] = this.#apply(write, this.#secretShelf(), changes, () => version);
    }
    return { results, changes, version: this.#version };
  }

  #rollBack(): void {
    this.#rows.forget();
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  #kindOf(write: Write): Kind {
    const kind = this.#kinds.get(write.kind);
    if (kind === undefined) throw new PlatformError({ code: "Internal", message: `no kind ${write.kind}` });
    return kind;
  }

  #apply(write: Write, shelf: Shelf, changes: Change[], nextVersion: () => number): WriteResult {
    try {
      const kind = this.#kindOf(write);
      const request = withName(requestOf(write), (key) => shelf.read(write.kind, key) !== undefined);
      const key = request.verb === "delete" ? request.key : keyOf(request.object);
      const previous = shelf.read(write.kind, key);
      const stored = previous === undefined ? undefined : (JSON.parse(previous.text) as AnyObject);
      const decision = decideWrite({ kind, now: write.now, uid: randomUUID() }, request, stored);
      return carryOut({ write, key, decision, previous }, shelf, changes, nextVersion);
    } catch (error) {
      // A failure of the database ends the whole batch; everything else concerns this write alone.
      if (isDatabaseFailure(error)) throw error;
      return { kind: "refused", error: errorMessage(storageError(error, `${write.verb} of ${write.kind}`)) };
    }
  }

  #secretShelf(): Shelf {
    const secrets = this.#secrets;
    const directory = this.#files.secrets;
    return {
      keepsHistory: false,
      read: (kind, key) => secrets.get(secretId(kind, key)),
      store: (change) => {
        writeSecretFile(directory, change, change.text);
        secrets.set(secretId(change.kind, change), { version: change.version, text: change.text });
      },
      remove: (change) => {
        removeSecretFile(directory, change);
        secrets.delete(secretId(change.kind, change));
      },
    };
  }
}

function isDatabaseFailure(error: unknown): boolean {
  return typeof (error as { errcode?: unknown }).errcode === "number";
}

interface Decided {
  readonly write: Write;
  readonly key: ObjectKey;
  readonly decision: WriteDecision;
  readonly previous: Stored | undefined;
}

function carryOut(decided: Decided, shelf: Shelf, changes: Change[], nextVersion: () => number): WriteResult {
  const { write, key, decision, previous } = decided;
  if (decision.kind === "unchanged") return { kind: "unchanged", text: JSON.stringify(decision.object) };
  const version = nextVersion();
  const shared = {
    version,
    kind: write.kind,
    ...key,
    ...(previous === undefined ? {} : { previous: previous.version }),
  };
  const metadata = { ...decision.object.metadata, resourceVersion: String(version) };
  const object: AnyObject = { ...decision.object, metadata };
  const text = JSON.stringify(object);
  if (decision.kind === "store") {
    const change = { ...shared, type: decision.type, text };
    shelf.store(change, object, previous);
    changes.push(previous === undefined ? change : withPrevious(change, shelf, previous));
    return { kind: "changed", change: changes.length - 1 };
  }
  if (previous === undefined) throw new Error("an object that is removed was stored");
  const change: Change = { ...shared, type: "DELETED" };
  shelf.remove(change, previous);
  changes.push(withPrevious(change, shelf, previous));
  return { kind: "removed", text };
}

/** Only files lose their former state when they are replaced; rows keep it in the history. */
function withPrevious(change: Change, shelf: Shelf, previous: Stored): Change {
  return shelf.keepsHistory ? change : { ...change, previousText: previous.text };
}

function requestOf(write: Write): WriteRequest {
  if (write.verb === "delete") return write;
  return { verb: write.verb, object: JSON.parse(write.text) as KubernetesObject };
}

/** Appends characters to generateName until the name is free. */
function withName(request: WriteRequest, isTaken: (key: ObjectKey) => boolean): WriteRequest {
  if (request.verb !== "create") return request;
  const { metadata } = request.object;
  const { generateName } = metadata;
  if (metadata.name || !generateName) return request;
  let name = "";
  for (let attempt = 0; attempt < GENERATED_NAME_TRIES_MAX; attempt += 1) {
    name = generatedName(generateName, Math.random);
    if (!isTaken({ namespace: metadata.namespace ?? "", name })) break;
  }
  return { verb: "create", object: { ...request.object, metadata: { ...metadata, name } } };
}

function secretId(kind: string, key: ObjectKey): string {
  return `${kind}/${key.namespace}/${key.name}`;
}
