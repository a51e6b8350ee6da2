// The newest state of every secret, in memory: the files are read once, at the start, by the writer.
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";
import type { CommittedBatch, StoredSecret } from "./store-messages.ts";

export class HeldSecrets {
  readonly #kinds: ReadonlySet<string>;
  readonly #texts = new Map<string, Map<string, string>>();

  constructor(kinds: ReadonlySet<string>) {
    this.#kinds = kinds;
  }

  load(secrets: readonly StoredSecret[]): void {
    for (const secret of secrets) this.#of(secret.kind).set(idOf(secret.key), secret.text);
  }

  apply(batch: CommittedBatch): void {
    for (const change of batch.changes) {
      if (!this.#kinds.has(change.kind)) continue;
      if (change.text === undefined) this.#of(change.kind).delete(idOf(change));
      else this.#of(change.kind).set(idOf(change), change.text);
    }
  }

  get(kind: string, key: ObjectKey): string | undefined {
    return this.#of(kind).get(idOf(key));
  }

  list(kind: string): readonly KubernetesObject[] {
    return Array.from(this.#of(kind).values(), (text) => JSON.parse(text) as KubernetesObject);
  }

  #of(kind: string): Map<string, string> {
    const texts = this.#texts.get(kind) ?? new Map<string, string>();
    this.#texts.set(kind, texts);
    return texts;
  }
}

function idOf(key: ObjectKey): string {
  return `${key.namespace}/${key.name}`;
}
