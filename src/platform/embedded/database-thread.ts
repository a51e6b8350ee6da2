// The thread that owns the engine's databases, so that the event loop never waits for the disk. The store and the inbox
// share one: a thread is ten megabytes, and both wait for the same disk (docs/decisions/0008-one-database-thread.md).
import { extname } from "node:path";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import type { InboxSettings } from "./event-inbox/inbox-messages.ts";
import type { WriterSettings } from "./store-messages.ts";

/** Which database the thread opens; it answers through the port. */
export type DatabaseOpening =
  | { readonly kind: "store"; readonly settings: WriterSettings; readonly port: MessagePort }
  | { readonly kind: "inbox"; readonly settings: InboxSettings; readonly port: MessagePort };

type Unconnected<T> = T extends unknown ? Omit<T, "port"> : never;

export interface DatabaseUser<Message> {
  receive(message: Message): void;
  /** The thread is gone, and with it every database; `cause` is what ended it against its will. */
  end(cause?: unknown): void;
}

export class DatabaseThread {
  readonly #worker: Worker;

  constructor() {
    // The same file runs as .ts in a checkout and as .js from dist.
    const url = new URL(`./database-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(url, { execArgv: [], name: "databases" });
  }

  /** The way to the database; who opens it ends it with its own message, and closes the port. */
  open<Message>(opening: Unconnected<DatabaseOpening>, user: DatabaseUser<Message>): MessagePort {
    const { port1: here, port2: there } = new MessageChannel();
    here.on("message", (message: Message) => user.receive(message));
    this.#worker.once("error", (error) => user.end(error));
    this.#worker.once("exit", () => user.end());
    this.#worker.postMessage({ ...opening, port: there }, [there]);
    return here;
  }

  /** For when its databases are closed: whatever it still does is cut off. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The thread that is given, which its owner ends; without one, one that ends when it is released. */
export function takeThread(given: DatabaseThread | undefined): {
  readonly thread: DatabaseThread;
  readonly release: () => Promise<void>;
} {
  if (given !== undefined) return { thread: given, release: async () => undefined };
  const thread = new DatabaseThread();
  return { thread, release: () => thread.close() };
}
