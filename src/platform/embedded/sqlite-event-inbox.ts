// The EventInbox of one machine: a SQLite file of its own in the data directory, written by a worker thread.
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { EventFate } from "../../resources/sensor.ts";
import { PlatformError } from "../errors.ts";
import type { Delivery, DeliveryEnd, EventInbox, InboxEvent, Subscription, TriggerKey } from "../event-inbox.ts";
import { INBOX_LIMITS, type InboxLimits } from "./event-inbox/inbox-database.ts";
import type { SensorName } from "./event-inbox/subscribers.ts";
import type { InboxCall, InboxReply, InboxSettings } from "./event-inbox/inbox-messages.ts";
import { storeFiles } from "./store-files.ts";
import { errorFromMessage } from "./store-messages.ts";

export interface SqliteEventInbox extends EventInbox {
  /** Commits what was called before, and ends the thread; later calls are refused as Unavailable. */
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
  readonly limits?: Partial<InboxLimits>;
}): Promise<SqliteEventInbox> {
  const inbox = new InboxClient({
    path: join(options.directory, "events.db"),
    backupDirectory: storeFiles(options.directory).backups,
    limits: { ...INBOX_LIMITS, ...options.limits },
  });
  await inbox.opened();
  return inbox;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class InboxClient implements SqliteEventInbox {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: InboxEvent) => void>();
  readonly #opened: Promise<unknown>;
  #lastId = 0;
  #failure: PlatformError | undefined;

  constructor(settings: InboxSettings) {
    // The same file runs as .ts in a checkout and as .js from dist.
    const url = new URL(`./event-inbox/inbox-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(url, { workerData: settings, execArgv: [], name: "event-inbox" });
    this.#opened = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.#worker.on("message", (reply: InboxReply) => this.#receive(reply));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail());
  }

  async opened(): Promise<void> {
    try {
      await this.#opened;
    } catch (error) {
      await this.#worker.terminate();
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
    const ended = new Promise<void>((resolve) => void this.#worker.once("exit", () => resolve()));
    const closed = this.#call("close");
    this.#failure = endedError();
    await closed;
    await ended;
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
      this.#worker.postMessage(call);
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
