// Watches a model's answer as it streams through and reads its usage, without holding the answer back: every chunk goes
// on at once, only the current line of an event stream is kept.
import { Transform, type TransformCallback } from "node:stream";
import type { ModelProtocol } from "../decide-route.ts";
import type { CallUsage } from "./money.ts";
import { NO_USAGE, readUsage } from "./read-usage.ts";

/** The longest line, or body without streaming, that is read for its usage; what is longer counts as unknown. */
export const METERED_BYTES_MAX = 32 * 1024 * 1024;

const NEWLINE = 10;

export class UsageMeter extends Transform {
  readonly #protocol: ModelProtocol;
  readonly #isEventStream: boolean;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #usage: CallUsage = NO_USAGE;

  constructor(options: { readonly protocol: ModelProtocol; readonly isEventStream: boolean }) {
    super();
    this.#protocol = options.protocol;
    this.#isEventStream = options.isEventStream;
  }

  /** What is known so far; complete after the end. */
  get usage(): CallUsage {
    return this.#usage;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#isEventStream) this.#readLines(chunk);
    else this.#keep(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#endLine();
    done();
  }

  #readLines(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(bytes: Buffer): void {
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes <= METERED_BYTES_MAX) this.#pending.push(bytes);
    else this.#pending = [];
  }

  #endLine(): void {
    const isWhole = this.#pendingBytes <= METERED_BYTES_MAX;
    const text = isWhole ? Buffer.concat(this.#pending).toString("utf8") : "";
    this.#pending = [];
    this.#pendingBytes = 0;
    const json = this.#isEventStream ? dataOf(text) : text;
    // Most events carry no usage; parsing only those that do keeps the cost of a long answer small.
    if (!json.includes('"usage"')) return;
    try {
      this.#usage = readUsage(this.#protocol, this.#usage, JSON.parse(json));
    } catch {
      // Not JSON: the caller sees the same bytes and judges them; here the usage stays unknown.
    }
  }
}

function dataOf(line: string): string {
  return line.startsWith("data:") ? line.slice("data:".length).trim() : "";
}
