// The store's side of the writer thread: collects writes while a commit is under way, and sends them as the next batch.
import type { MessagePort } from "node:worker_threads";
import { PlatformError } from "../errors.ts";
import type { DatabaseThread } from "./database-thread.ts";
import {
  errorFromMessage,
  type CommittedBatch,
  type FromWriter,
  type ToWriter,
  type Write,
  type WriteResult,
  type WriterSettings,
} from "./store-messages.ts";

type Ready = FromWriter & { readonly kind: "ready" };

export interface WriteOutcome {
  readonly result: WriteResult;
  readonly batch: CommittedBatch;
}

interface QueuedWrite {
  readonly write: Write;
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class WriterClient {
  readonly #port: MessagePort;
  readonly #settings: WriterSettings;
  readonly #publish: (batch: CommittedBatch) => void;
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #ended = Promise.withResolvers<void>();
  #queue: QueuedWrite[] = [];
  #underWay: readonly QueuedWrite[] = [];
  #isSending = false;
  #isClosing = false;
  #failure: PlatformError | undefined;
  #commitCount = 0;

  private constructor(thread: DatabaseThread, settings: WriterSettings, publish: (batch: CommittedBatch) => void) {
    this.#settings = settings;
    this.#publish = publish;
    this.#port = thread.open<FromWriter>(
      { kind: "store", settings },
      { receive: (message) => this.#receive(message), end: (cause) => this.#end(cause) },
    );
  }

  /** Waits until the thread has opened the database; rejects with the PlatformError that prevents it. */
  static async start(
    thread: DatabaseThread,
    settings: WriterSettings,
    publish: (batch: CommittedBatch) => void,
  ): Promise<{ readonly client: WriterClient; readonly ready: Ready }> {
    const client = new WriterClient(thread, settings, publish);
    try {
      return { client, ready: await client.#ready.promise };
    } catch (error) {
      client.#port.close();
      throw error;
    }
  }

  /** Transactions so far. */
  get commitCount(): number {
    return this.#commitCount;
  }

  /** Resolves after the commit that holds the write, and after its changes were published. */
  write(write: Write): Promise<WriteOutcome> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const queuedMax = this.#settings.limits.writesQueuedMax;
    if (this.#queue.length >= queuedMax) {
      return Promise.reject(
        new PlatformError({
          code: "TooManyRequests",
          message: `${queuedMax} writes wait for the disk already`,
          hint: "Try again later; if it stays so, the disk is too slow for the load.",
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, resolve, reject });
      this.#schedule();
    });
  }

  /** Closes the database after what is queued; later writes are refused. */
  async close(): Promise<void> {
    this.#failure ??= endedError();
    this.#isClosing = true;
    this.#endWhenIdle();
    await this.#ended.promise;
  }

  #endWhenIdle(): void {
    if (this.#isClosing && this.#queue.length === 0 && this.#underWay.length === 0) this.#post({ kind: "close" });
  }

  /** At the end of this turn of the event loop, so that everything written in it shares one commit. */
  #schedule(): void {
    if (this.#isSending || this.#underWay.length > 0) return;
    this.#isSending = true;
    setImmediate(() => {
      this.#isSending = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#queue.length === 0 || this.#underWay.length > 0) return;
    this.#underWay = this.#queue.splice(0, this.#settings.limits.writesPerCommitMax);
    this.#post({ kind: "write", writes: this.#underWay.map((queued) => queued.write) });
  }

  #post(message: ToWriter): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#port.postMessage(message);
  }

  #receive(message: FromWriter): void {
    if (message.kind === "ready") this.#ready.resolve(message);
    else if (message.kind === "closed") this.#end();
    else this.#settle(message);
  }

  #end(cause?: unknown): void {
    this.#port.close();
    this.#fail(endedError(cause));
    this.#ended.resolve();
  }

  #settle(message: FromWriter & { readonly kind: "committed" | "failed" }): void {
    // Only has an effect when the database could not be opened.
    if (message.kind === "failed") this.#ready.reject(errorFromMessage(message.error));
    const answered = this.#underWay;
    this.#underWay = [];
    this.#send();
    this.#endWhenIdle();
    if (message.kind === "failed") {
      for (const queued of answered) queued.reject(errorFromMessage(message.error));
      return;
    }
    this.#commitCount += 1;
    const { batch } = message;
    this.#publish(batch);
    for (const [index, queued] of answered.entries()) {
      const result = batch.results[index];
      if (result === undefined) queued.reject(endedError());
      else if (result.kind === "refused") queued.reject(errorFromMessage(result.error));
      else queued.resolve({ result, batch });
    }
  }

  #fail(error: PlatformError): void {
    this.#failure ??= error;
    this.#ready.reject(this.#failure);
    const waiting = [...this.#underWay, ...this.#queue];
    this.#underWay = [];
    this.#queue = [];
    for (const queued of waiting) queued.reject(this.#failure);
  }
}

function endedError(cause?: unknown): PlatformError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new PlatformError({
    code: "Unavailable",
    message: `the store is closed, or its writer thread ended${reason}`,
    hint: "Start the engine again; everything that was acknowledged is stored.",
    ...(cause === undefined ? {} : { cause }),
  });
}
