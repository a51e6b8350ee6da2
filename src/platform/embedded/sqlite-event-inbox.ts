// The EventInbox of one machine: a SQLite file of its own in the data directory, written by another thread.
import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import type { EventFate } from "../../resources/sensor.ts";
import { PlatformError } from "../errors.ts";
import type { Delivery, DeliveryEnd, EventInbox, InboxEvent, Subscription, TriggerKey } from "../event-inbox.ts";
import { takeThread, type DatabaseThread } from "./database-thread.ts";
import { INBOX_LIMITS, type InboxLimits } from "./event-inbox/inbox-database.ts";
import type { SensorName } from "./event-inbox/subscribers.ts";
import type { InboxCall, InboxReply, InboxSettings } from "./event-inbox/inbox-messages.ts";
import { storeFiles } from "./store-files.ts";
import { errorFromMessage } from "./store-messages.ts";

export interface SqliteEventInbox extends EventInbox {
  /** Commits what was called before; later calls are refused as Unavailable. */
  close(): Promise<void>;
}

/** Calls that may wait for the disk at once. */
const CALLS_WAITING_MAX = 1000;

/**
 * Opens the inbox of a data directory, which must be locked by this engine (the store does that). Unavailable, with path
 * and hint, when the file cannot be used.
 */
export async function openSqliteEventInbox(options: {
  readonly directory: string;
  /** Shared with the store; absent: one of its own, which ends with it. */
  readonly thread?: DatabaseThread;
  readonly limits?: Partial<InboxLimits>;
}): Promise<SqliteEventInbox> {
  const { thread, release } = takeThread(options.thread);
  const settings = {
    path: join(options.directory, "events.db"),
    backupDirectory: storeFiles(options.directory).backups,
    limits: { ...INBOX_LIMITS, ...options.limits },
  };
  const inbox = new InboxClient(thread, settings, release);
  await inbox.opened();
  return inbox;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class InboxClient implements SqliteEventInbox {
  readonly #port: MessagePort;
  readonly #release: () => Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: InboxEvent) => void>();
  readonly #opened: Promise<unknown>;
  #lastId = 0;
  #failure: PlatformError | undefined;

  constructor(thread: DatabaseThread, settings: InboxSettings, release: () => Promise<void>) {
    this.#release = release;
    this.#opened = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.#port = thread.open<InboxReply>(
      { kind: "inbox", settings },
      { receive: (reply) => this.#receive(reply), end: (cause) => this.#fail(cause) },
    );
  }

  async opened(): Promise<void> {
    try {
      await this.#opened;
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async append(event: InboxEvent, now: number): Promise<void> {
    await this.#call("append", event, now);
    for (const listener of this.#listeners) listener(event);
  }

  async subscribe(
    sensor: SensorName & { readonly since: number; readonly now: number },
    subscriptions: readonly Subscription[],
  ): Promise<void> {
    await this.#call("subscribe", sensor, subscriptions);
  }

  async unsubscribe(sensor: SensorName): Promise<void> {
    await this.#call("unsubscribe", sensor);
  }

  async listSensors(): Promise<readonly SensorName[]> {
    return (await this.#call("listSensors")) as readonly SensorName[];
  }

  async listDue(sensor: SensorName, now: number, limit: number): Promise<readonly Delivery[]> {
    return (await this.#call("listDue", sensor, now, limit)) as readonly Delivery[];
  }

  async nextDueAt(sensor: SensorName): Promise<number | undefined> {
    return (await this.#call("nextDueAt", sensor)) as number | undefined;
  }

  async listHeld(trigger: TriggerKey): Promise<ReadonlyMap<string, InboxEvent>> {
    return new Map((await this.#call("listHeld", trigger)) as readonly (readonly [string, InboxEvent])[]);
  }

  async postpone(delivery: Delivery, next: { readonly at: number; readonly reason: string }): Promise<void> {
    await this.#call("postpone", delivery, next);
  }

  async finish(delivery: Delivery, end: DeliveryEnd): Promise<void> {
    await this.#call("finish", delivery, end);
  }

  async listFates(sensor: SensorName, limit: number): Promise<readonly EventFate[]> {
    return (await this.#call("listFates", sensor, limit)) as readonly EventFate[];
  }

  onAppended(listener: (event: InboxEvent) => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    const closed = this.#call("close");
    this.#failure = endedError();
    await closed;
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#port.close();
    await this.#release();
  }

  #call(method: InboxCall["method"], ...args: readonly unknown[]): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#waiting.size >= CALLS_WAITING_MAX) {
      return Promise.reject(
        new PlatformError({
          code: "TooManyRequests",
          message: `${CALLS_WAITING_MAX} calls of the inbox wait for the disk already`,
          hint: "Try again later; if it stays so, the disk is too slow for the load.",
        }),
      );
    }
    this.#lastId += 1;
    const call: InboxCall = { id: this.#lastId, method, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      this.#port.postMessage(call);
    });
  }

  #receive(reply: InboxReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiting?.reject(errorFromMessage(reply.error));
    else waiting?.resolve(reply.value);
  }

  #fail(cause?: unknown): void {
    this.#failure ??= endedError(cause);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }
}

function endedError(cause?: unknown): PlatformError {
  return new PlatformError({
    code: "Unavailable",
    message: `the inbox of events is closed, or its thread ended${cause instanceof Error ? `: ${cause.message}` : ""}`,
    hint: "Start the engine again; every event that was answered with success is stored.",
    ...(cause === undefined ? {} : { cause }),
  });
}
