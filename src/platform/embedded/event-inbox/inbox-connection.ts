// The inbox's database as its parts use it: transactions, and statements that are prepared once.
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

export class InboxConnection {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** FULL is on the disk when it returns; NORMAL survives the end of the process, but not of the machine. */
  transact(action: () => void, synchronous: "FULL" | "NORMAL" = "FULL"): void {
    this.database.exec(`PRAGMA synchronous = ${synchronous}`);
    this.database.exec("BEGIN IMMEDIATE");
    try {
      action();
      this.database.exec("COMMIT");
    } catch (error) {
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** The caller says what its columns make of a row. */
  all(sql: string, values: readonly SQLInputValue[] = []): readonly unknown[] {
    return this.#statement(sql).all(...values);
  }

  /** Reads no further than the caller does. */
  rows(sql: string, values: readonly SQLInputValue[]): Iterable<unknown> {
    return this.#statement(sql).iterate(...values);
  }

  /** The first column of the first row; undefined when there is none, or when it is null. */
  number(sql: string, values: readonly SQLInputValue[] = []): number | undefined {
    const row = this.#statement(sql).get(...values);
    return row === undefined ? undefined : ((Object.values(row)[0] as number | null) ?? undefined);
  }

  /** The number of the row that was inserted last. */
  run(sql: string, values: readonly SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
