// What the inbox and its thread say to each other.
import type { ErrorMessage } from "../store-messages.ts";
import type { InboxLimits } from "./inbox-database.ts";

export interface InboxSettings {
  readonly path: string;
  readonly backupDirectory: string;
  readonly limits: InboxLimits;
}

export interface InboxCall {
  readonly id: number;
  readonly method:
    | "append"
    | "subscribe"
    | "unsubscribe"
    | "listDue"
    | "nextDueAt"
    | "listHeld"
    | "listSensors"
    | "postpone"
    | "finish"
    | "listFates"
    | "close";
  readonly args: readonly unknown[];
}

/** The reply to call 0 says that the database is open. */
export type InboxReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorMessage };
