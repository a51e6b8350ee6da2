// Reads the database on a read-only connection: single objects, pages of a list as of one version, and past changes.
// Every call is one short read; none keeps a transaction open, so the write-ahead log can always be cut back.
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { ObjectKey } from "../../resources/object-meta.ts";
import { PlatformError } from "../errors.ts";
import { damagedError, storageError } from "./store-files.ts";
import type { Change } from "./store-messages.ts";

export interface PageRequest {
  readonly kind: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** The page begins behind this key. */
  readonly after: ObjectKey;
  /** The page shows the state at this version; absent: the newest. Expired when the history no longer reaches it. */
  readonly at?: number;
  readonly rowsMax: number;
}

export interface PageRow extends ObjectKey {
  readonly version: number;
}

export interface Page {
  /** The version whose state the page shows. */
  readonly at: number;
  readonly rows: readonly PageRow[];
}

const STATEMENTS = {
  meta: "SELECT value FROM meta WHERE key = ?",
  get: "SELECT object FROM objects JOIN bodies USING (version) WHERE kind = ? AND namespace = ? AND name = ?",
  body: "SELECT object FROM bodies WHERE version = ?",
  labels: "SELECT labels FROM bodies WHERE version = ?",
  changes: `SELECT version, kind, namespace, name, type, previous, object AS text
    FROM history LEFT JOIN bodies USING (version) WHERE kind = ? AND version > ? ORDER BY version LIMIT ?`,
  page: pageStatement("(namespace, name) > (:namespace, :name)"),
  pageOfNamespace: pageStatement("namespace = :namespace AND name > :name"),
} as const;

/** The current rows that are not newer than `:at`, and the states that newer changes replaced. */
function pageStatement(place: string): string {
  return `SELECT namespace, name, version FROM objects WHERE kind = :kind AND ${place} AND version <= :at
    UNION ALL
    SELECT namespace, name, previous FROM history WHERE kind = :kind AND version > :at AND previous <= :at AND ${place}
    ORDER BY 1, 2 LIMIT :rowsMax`;
}

export class StoreReader {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#database = new DatabaseSync(path, { readOnly: true });
      const entries = Object.entries(STATEMENTS).map(([name, sql]) => [name, this.#database.prepare(sql)]);
      this.#statements = Object.fromEntries(entries) as Record<keyof typeof STATEMENTS, StatementSync>;
    } catch (error) {
      throw storageError(error, path);
    }
  }

  /** The newest committed version. */
  version(): number {
    return this.#meta("resource_version");
  }

  /** Changes up to this version are no longer in the history. */
  historyFloor(): number {
    return this.#meta("history_floor");
  }

  get(kind: string, key: ObjectKey): string | undefined {
    const row = this.#read(() => this.#statements.get.get(kind, key.namespace, key.name));
    return row?.["object"] as string | undefined;
  }

  /** A state that is current or in the history at `at`, else at its own version. */
  body(version: number, at = version): string {
    const row = this.#read(() => this.#statements.body.get(version));
    if (row === undefined) throw this.#missing(version, at);
    return row["object"] as string;
  }

  /** The labels of such a state, without reading the rest of it. */
  labels(version: number, at = version): Readonly<Record<string, string>> {
    const row = this.#read(() => this.#statements.labels.get(version));
    if (row === undefined) throw this.#missing(version, at);
    return row["labels"] === null ? {} : (JSON.parse(row["labels"] as string) as Record<string, string>);
  }

  page(request: PageRequest): Page {
    const { kind, namespace, after, rowsMax } = request;
    return this.#inOneRead(() => {
      const at = request.at ?? this.version();
      if (at < this.historyFloor()) throw expired(at);
      const statement = namespace === undefined ? this.#statements.page : this.#statements.pageOfNamespace;
      const place = { namespace: namespace ?? after.namespace, name: after.name };
      return { at, rows: statement.all({ kind, ...place, at, rowsMax }) as unknown as PageRow[] };
    });
  }

  /** At most `countMax` changes of the kind after a version, oldest first. Expired when the history begins later. */
  changes(kind: string, after: number, countMax: number): readonly Change[] {
    return this.#inOneRead(() => {
      if (after < this.historyFloor()) throw expired(after);
      const rows = this.#statements.changes.all(kind, after, countMax) as unknown as ChangeRow[];
      return rows.map(changeOf);
    });
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #missing(version: number, at: number): PlatformError {
    if (at < this.historyFloor()) return expired(version);
    return damagedError(this.#path, `the object of version ${version} is not in it`);
  }

  #meta(key: string): number {
    return this.#read(() => this.#statements.meta.get(key))?.["value"] as number;
  }

  #inOneRead<T>(read: () => T): T {
    return this.#read(() => {
      this.#database.exec("BEGIN");
      try {
        return read();
      } finally {
        this.#database.exec("COMMIT");
      }
    });
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw storageError(error, this.#path);
    }
  }
}

/** The answer to a version that the history no longer reaches: "410 Gone" of the Kubernetes API concepts. */
export function expired(version: number): PlatformError {
  return new PlatformError({
    code: "Expired",
    message: `resourceVersion ${version} is too old: the changes after it are no longer kept`,
    hint: "List again and go on from there.",
  });
}

interface ChangeRow {
  readonly version: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly type: Change["type"];
  readonly previous: number | null;
  readonly text: string | null;
}

function changeOf(row: ChangeRow): Change {
  const { version, kind, namespace, name, type, previous, text } = row;
  return {
    version,
    kind,
    namespace,
    name,
    type,
    ...(previous === null ? {} : { previous }),
    ...(text === null ? {} : { text }),
  };
}
