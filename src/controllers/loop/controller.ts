// What a controller is. A pass never learns which event woke it: it reads the world, decides, acts, and can be repeated.
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";

/** How a pass ended. Exceptions are for surprises: the loop logs them once and backs off. */
export type Outcome =
  /** Nothing to do until something changes. */
  | { readonly kind: "settled" }
  /** Look again after this time even if nothing changes. */
  | { readonly kind: "checkAgainAfter"; readonly ms: number }
  /** Something outside is missing; look again after this time. */
  | { readonly kind: "waitingFor"; readonly reason: string; readonly ms: number }
  /** A person must act; the reason stands in a condition of the object. */
  | { readonly kind: "stalled"; readonly reason: string };

/** Objects of `kind` wake the requests that `map` names; `settled` passes run again only through these. */
export interface Watch<T extends KubernetesObject = KubernetesObject> {
  readonly kind: Kind<T>;
  readonly labelSelector?: string;
  map(object: T): readonly ObjectKey[];
}

export interface Controller {
  readonly name: string;
  readonly watches: readonly Watch[];
  /** Passes that run at once; one key never runs twice at the same time. Default 1. */
  readonly concurrencyMax?: number;
  /** Called once at the start: what happens outside the store (a delivery came in, a process ended) wakes keys until the signal aborts. */
  listen?(wake: (key: ObjectKey) => void, signal: AbortSignal): Promise<void> | void;
  /** One pass: observe → decide → apply. A Conflict may be thrown as it is: the loop calls again at once. */
  reconcile(key: ObjectKey, now: number): Promise<Outcome>;
}

/** Keeps the type of one watch inside a list of watches of many kinds. */
export function watchOf<T extends KubernetesObject>(watch: Watch<T>): Watch {
  return watch;
}

export const SETTLED: Outcome = { kind: "settled" };
