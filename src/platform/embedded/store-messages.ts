// What the store and its writer thread say to each other. Objects travel as JSON text, so that each side parses once.
import type { Kind } from "../../resources/kind.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";
import { PlatformError, type PlatformErrorCode } from "../errors.ts";
import type { DeleteOptions } from "../resource-store.ts";

/** Bounds of the store; documented in docs/reference/configuration.md. */
export interface StoreLimits {
  /** Superseded states kept for watches and continued lists; an older resourceVersion is Expired. */
  readonly historyVersionsMax: number;
  /** The same in bytes; whichever is reached first. */
  readonly historyBytesMax: number;
  /** Changes of secrets kept for watches, in memory. */
  readonly secretHistoryVersionsMax: number;
  /** Writes that share one transaction. */
  readonly writesPerCommitMax: number;
  /** Writes that wait for the writer; more are refused with TooManyRequests. */
  readonly writesQueuedMax: number;
  /** Of the database file; absent: what the disk holds. */
  readonly databaseBytesMax?: number;
}

export const STORE_LIMITS: StoreLimits = {
  historyVersionsMax: 10_000,
  historyBytesMax: 256 * 1024 * 1024,
  secretHistoryVersionsMax: 1_000,
  writesPerCommitMax: 512,
  writesQueuedMax: 20_000,
};

/** What the writer thread is started with. */
export interface WriterSettings {
  readonly directory: string;
  readonly kinds: readonly Kind[];
  readonly limits: StoreLimits;
}

interface WriteHeader {
  /** resourceName() of the kind. */
  readonly kind: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Write =
  | (WriteHeader & { readonly verb: "create" | "update" | "updateStatus"; readonly text: string })
  | (WriteHeader & { readonly verb: "delete"; readonly key: ObjectKey; readonly options: DeleteOptions });

/** One committed change. */
export interface Change {
  readonly version: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** The new state; absent for DELETED. */
  readonly text?: string;
  /** The version of the state before; absent for ADDED. */
  readonly previous?: number;
  /** The state before, of a confidential kind only: others are read from the database. */
  readonly previousText?: string;
}

/** In the order of the batch. `change` is an index into the batch's changes; `text` the object where nothing changed. */
export type WriteResult =
  | { readonly kind: "changed"; readonly change: number }
  | { readonly kind: "unchanged"; readonly text: string }
  /** Removed by an update that took the last finalizer away. */
  | { readonly kind: "removed"; readonly text: string }
  | { readonly kind: "refused"; readonly error: ErrorMessage };

export interface CommittedBatch {
  readonly results: readonly WriteResult[];
  readonly changes: readonly Change[];
  /** The store's resourceVersion after the batch. */
  readonly version: number;
}

export type ToWriter = { readonly kind: "write"; readonly writes: readonly Write[] } | { readonly kind: "close" };

export type FromWriter =
  | {
      readonly kind: "ready";
      readonly version: number;
      readonly secrets: readonly StoredSecret[];
      readonly backup?: string;
    }
  | { readonly kind: "committed"; readonly batch: CommittedBatch }
  /** Nothing of the batch was stored. */
  | { readonly kind: "failed"; readonly error: ErrorMessage }
  | { readonly kind: "closed" };

/** A confidential object as it stands in its file. */
export interface StoredSecret {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly version: number;
  readonly text: string;
}

/** A PlatformError as plain data: a class does not survive the way between threads. */
export interface ErrorMessage {
  readonly code: PlatformErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly causes: readonly { readonly field: string; readonly message: string }[];
}

export function errorMessage(error: PlatformError): ErrorMessage {
  const { code, message, hint, causes } = error;
  return { code, message, causes, ...(hint === undefined ? {} : { hint }) };
}

export function errorFromMessage(message: ErrorMessage): PlatformError {
  return new PlatformError(message);
}
