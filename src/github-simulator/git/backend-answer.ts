// Turns the CGI output of `git http-backend` (headers, an empty line, the body) into an HTTP response while it comes in.

import type { ServerResponse } from "node:http";

const HEADER_BYTES_MAX = 64 * 1024;

export class BackendAnswer {
  readonly #outgoing: ServerResponse | undefined;
  #head: Buffer | undefined = Buffer.alloc(0);

  /** Without a response the output is read and dropped. */
  constructor(outgoing: ServerResponse | undefined) {
    this.#outgoing = outgoing;
  }

  /** Returns false when the receiver wants a pause. */
  write(chunk: Buffer): boolean {
    if (this.#outgoing === undefined) {
      return true;
    }
    if (this.#head === undefined) {
      return this.#outgoing.write(chunk);
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#head.length > HEADER_BYTES_MAX) {
        throw new Error("git http-backend sent no header");
      }
      return true;
    }
    const { status, headers } = parseHead(this.#head.subarray(0, end).toString("latin1"));
    const rest = this.#head.subarray(end + 4);
    this.#head = undefined;
    this.#outgoing.writeHead(status, headers);
    return rest.length === 0 ? true : this.#outgoing.write(rest);
  }
}

function parseHead(text: string): { readonly status: number; readonly headers: Record<string, string> } {
  let status = 200;
  const headers: Record<string, string> = {};
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "status") {
      status = Number.parseInt(value, 10);
    } else {
      headers[name] = value;
    }
  }
  return { status, headers };
}
