// The ResourceStore of one machine: a SQLite file, written by another thread and read here on a read-only connection.
// Secrets are files of mode 0600 instead of rows; they are few, so their newest state is also held in memory.
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";
import { isJsonObject } from "../../resources/structural-schema.ts";
import type { Clock } from "../clock.ts";
import { PlatformError } from "../errors.ts";
import type { Log } from "../log.ts";
import type {
  DeleteOptions,
  ListOptions,
  ResourceList,
  ResourceStore,
  WatchEvent,
  WatchOptions,
} from "../resource-store.ts";
import { ChangeFeed } from "./change-feed.ts";
import { takeThread, type DatabaseThread } from "./database-thread.ts";
import { resourceName } from "./decide-write.ts";
import { HeldSecrets } from "./held-secrets.ts";
import { listHeldObjects, listObjects } from "./list-objects.ts";
import { acquireProcessLock } from "./process-lock.ts";
import { parseSelection } from "../selection.ts";
import { storeFiles } from "./store-files.ts";
import { STORE_LIMITS, type StoreLimits, type Write } from "./store-messages.ts";
import { StoreReader, expired } from "./store-reader.ts";
import { watchChanges } from "./watch-changes.ts";
import { WriterClient, type WriteOutcome } from "./writer-client.ts";

export interface SqliteResourceStoreOptions {
  /** Made when missing. Holds the database, its backups, the secrets and the lock. */
  readonly directory: string;
  /** Shared with the inbox; absent: one of its own, which ends with it. */
  readonly thread?: DatabaseThread;
  readonly kinds: readonly Kind[];
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<StoreLimits>;
}

export interface SqliteResourceStore extends ResourceStore {
  /** Transactions since the start: many writes share one. */
  readonly commitCount: number;
  /** Commits what is queued, ends all watches, frees the directory for another engine. */
  close(): Promise<void>;
}

/**
 * Opens the store of a data directory. Conflict when another engine has it; Unavailable, with path and hint, when the
 * files cannot be used (rights, damage, a newer schema).
 */
export async function openSqliteResourceStore(options: SqliteResourceStoreOptions): Promise<SqliteResourceStore> {
  const lock = acquireProcessLock(options);
  const { thread, release: releaseThread } = takeThread(options.thread);
  const release = async (): Promise<void> => {
    await releaseThread();
    lock.release();
  };
  try {
    return await EmbeddedStore.open({ ...options, thread }, release);
  } catch (error) {
    await release();
    throw error;
  }
}

interface StoreParts {
  readonly clock: Clock;
  readonly client: WriterClient;
  readonly reader: StoreReader;
  readonly feed: ChangeFeed;
  readonly secrets: HeldSecrets;
  /** Frees the directory. */
  readonly release: () => Promise<void>;
}

class EmbeddedStore implements SqliteResourceStore {
  readonly #parts: StoreParts;

  private constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  static async open(
    options: SqliteResourceStoreOptions & { readonly thread: DatabaseThread },
    release: () => Promise<void>,
  ): Promise<EmbeddedStore> {
    const { directory, thread, kinds, clock, log } = options;
    const limits = { ...STORE_LIMITS, ...options.limits };
    const confidential = new Set(kinds.filter((kind) => kind.confidential === true).map(resourceName));
    const secrets = new HeldSecrets(confidential);
    let feed: ChangeFeed | undefined;
    const { client, ready } = await WriterClient.start(thread, { directory, kinds, limits }, (batch) => {
      secrets.apply(batch);
      feed?.publish(batch);
    });
    if (ready.backup !== undefined) log.write("info", "the database was migrated", { backup: ready.backup });
    secrets.load(ready.secrets);
    try {
      const reader = new StoreReader(storeFiles(directory).database);
      const confidentialMax = limits.secretHistoryVersionsMax;
      feed = new ChangeFeed({ history: reader, head: ready.version, confidential, confidentialMax });
      return new EmbeddedStore({ clock, release, client, reader, feed, secrets });
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  get commitCount(): number {
    return this.#parts.client.commitCount;
  }

  async get<T extends KubernetesObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> {
    const { secrets, reader } = this.#parts;
    const name = resourceName(kind);
    const text = kind.confidential === true ? secrets.get(name, key) : reader.get(name, key);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  async list<T extends KubernetesObject>(kind: Kind<T>, options: ListOptions = {}): Promise<ResourceList<T>> {
    const { secrets, reader, feed } = this.#parts;
    const name = resourceName(kind);
    const request = { ...options, selection: parseSelection(options) };
    const list =
      kind.confidential === true
        ? listHeldObjects(secrets.list(name), feed.head, request)
        : await listObjects(reader, name, request);
    return list as ResourceList<T>;
  }

  watch<T extends KubernetesObject>(kind: Kind<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { feed, reader } = this.#parts;
    const after = parseVersion(options.resourceVersion);
    // A version from the future comes from another database (a restored backup): only a new list can help.
    if (after > Math.max(feed.head, reader.version())) throw expired(after);
    const place = { after, selection: parseSelection(options), signal: options.signal };
    return watchChanges(feed, kind, place) as AsyncIterable<WatchEvent<T>>;
  }

  create<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    return this.#writeObject("create", kind, object);
  }

  update<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    return this.#writeObject("update", kind, object);
  }

  updateStatus<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    return this.#writeObject("updateStatus", kind, object);
  }

  async delete(kind: Kind, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    await this.#parts.client.write({ verb: "delete", ...this.#header(kind), key: { ...key }, options });
  }

  async close(): Promise<void> {
    const { client, feed, reader, release } = this.#parts;
    await client.close();
    feed.close();
    reader.close();
    await release();
  }

  async #writeObject<T extends KubernetesObject>(
    verb: "create" | "update" | "updateStatus",
    kind: Kind<T>,
    object: T,
  ): Promise<T> {
    refuseNameless(object);
    const write: Write = { verb, ...this.#header(kind), text: JSON.stringify(object) };
    return JSON.parse(writtenText(await this.#parts.client.write(write))) as T;
  }

  #header(kind: Kind): { readonly kind: string; readonly now: number } {
    return { kind: resourceName(kind), now: this.#parts.clock.now() };
  }
}

function writtenText({ result, batch }: WriteOutcome): string {
  if (result.kind === "unchanged" || result.kind === "removed") return result.text;
  const text = result.kind === "changed" ? batch.changes[result.change]?.text : undefined;
  if (text === undefined) throw new Error("a stored object has a text");
  return text;
}

/** The writer looks the object up before it validates it, so the key's fields must be texts. */
function refuseNameless(object: KubernetesObject): void {
  const metadata: unknown = object.metadata;
  const isText = (value: unknown): boolean => value === undefined || value === null || typeof value === "string";
  if (isJsonObject(metadata) && isText(metadata["name"]) && isText(metadata["namespace"])) return;
  throw new PlatformError({
    code: "Invalid",
    message: "the object has no metadata with a name",
    hint: "Give metadata.name (or generateName) and metadata.namespace as texts.",
    causes: [{ field: "metadata", message: "must be an object whose name and namespace are texts" }],
  });
}

function parseVersion(text: string): number {
  const version = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(version)) return version;
  throw new PlatformError({
    code: "Invalid",
    message: `resourceVersion "${text}" is none of this store`,
    hint: "Use the resourceVersion of a list.",
    causes: [{ field: "resourceVersion", message: "must be one that this store gave" }],
  });
}
