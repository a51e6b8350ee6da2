// A table with its own sequence of ids, so that the same calls give the same ids in every run.

export class Table<Row extends { readonly id: number }> {
  readonly #rows = new Map<number, Row>();
  #lastId: number;

  constructor(firstId: number) {
    this.#lastId = firstId - 1;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Inserts the row made for the next id. */
  insert(make: (id: number) => Row): Row {
    const row = make(this.nextId());
    this.#rows.set(row.id, row);
    return row;
  }

  /** Inserts a row whose id is given. */
  put(row: Row): Row {
    this.#rows.set(row.id, row);
    return row;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  delete(id: number): void {
    this.#rows.delete(id);
  }

  /** Rows in order of their creation. */
  all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  filter(matches: (row: Row) => boolean): readonly Row[] {
    return this.all().filter(matches);
  }

  find(matches: (row: Row) => boolean): Row | undefined {
    for (const row of this.#rows.values()) {
      if (matches(row)) {
        return row;
      }
    }
    return undefined;
  }
}
