// Updates without a resourceVersion. Our API and most built-in kinds take them as they are; a cluster demands a
// version for custom resources, so there "unconditional" is read, write, and repeat when another was faster.
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import { hasCode } from "../errors.ts";

export interface UpdateAttempts<T extends KubernetesObject> {
  /** Distinguishes the object (and subresource) from every other. */
  readonly key: string;
  readonly object: T;
  /** Sends the object as it is. */
  put(object: T): Promise<T>;
  /** The stored object; throws NotFound when it is missing. */
  read(): Promise<T>;
}

export interface UnconditionalUpdater {
  update<T extends KubernetesObject>(kind: Kind<T>, attempts: UpdateAttempts<T>): Promise<T>;
}

/** Updates of one object in this process wait for one another, so that they do not make each other repeat. */
export function createUnconditionalUpdater(attemptsMax: number): UnconditionalUpdater {
  const versioned = new Set<string>();
  const tails = new Map<string, Promise<unknown>>();
  const inTurn = async <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(run, run);
    tails.set(key, turn);
    try {
      return await turn;
    } finally {
      if (tails.get(key) === turn) tails.delete(key);
    }
  };
  return {
    async update(kind, attempts) {
      const name = `${kind.group}/${kind.plural}`;
      if (!versioned.has(name)) {
        try {
          return await attempts.put(attempts.object);
        } catch (error) {
          if (!demandsVersion(error)) throw error;
          versioned.add(name);
        }
      }
      return await inTurn(attempts.key, async () => await readAndWrite(attempts, attemptsMax));
    },
  };
}

async function readAndWrite<T extends KubernetesObject>(attempts: UpdateAttempts<T>, attemptsMax: number): Promise<T> {
  const { object } = attempts;
  for (let attempt = 1; ; attempt += 1) {
    const stored = await attempts.read();
    const { resourceVersion } = stored.metadata;
    try {
      return await attempts.put({ ...object, metadata: { ...object.metadata, resourceVersion } });
    } catch (error) {
      const { uid = "" } = object.metadata;
      const isAnother = uid !== "" && uid !== stored.metadata.uid;
      if (!hasCode(error, "Conflict") || isAnother || attempt === attemptsMax) throw error;
    }
  }
}

function demandsVersion(error: unknown): boolean {
  return hasCode(error, "Invalid") && error.causes.some(({ field }) => field === "metadata.resourceVersion");
}
