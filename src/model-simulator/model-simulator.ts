// A model that follows a script, over the three wire protocols that coding agents speak, so that tests and the demo run
// real coding agents without a real model. Plainly a simulator: no production program imports it.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../platform/clock.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { answerModelRequest } from "./answer.ts";
import { parseScript, type ScriptInput } from "./script.ts";
import { ScriptBook, type ScriptReport } from "./script-book.ts";
import { readBody, sendJson } from "./wire.ts";

export interface ModelSimulatorOptions {
  /** TCP port on 127.0.0.1; 0 or absent: a free one. Ignored with `socketPath`. */
  readonly port?: number;
  readonly socketPath?: string;
  /** Time of the delays of a script. Default: the machine's. */
  readonly clock?: Clock;
}

export interface ModelSimulator {
  /** `http://127.0.0.1:PORT`, or the path of the Unix socket. A script is reached below `/r/<key>`, or by its texts. */
  readonly url: string;
  /** Throws an error that names the path of the first mistake in the script. */
  setScript(key: string, script: ScriptInput): void;
  /** Undefined when there is no such script. */
  report(key: string): ScriptReport | undefined;
  /** Ends every connection. */
  close(): Promise<void>;
}

const KEY = /^\/_ctl\/([\w.-]{1,100})$/u;

/** Starts the simulator; it listens when the promise resolves. `PUT /_ctl/<key>` sets a script, `GET` reports on it. */
export async function startModelSimulator(options: ModelSimulatorOptions = {}): Promise<ModelSimulator> {
  const { clock = SYSTEM_CLOCK } = options;
  const book = new ScriptBook();
  const sockets = new Set<Socket>();
  const turnCounter = { value: 0 };
  const server = createServer((request, response) => {
    const control = KEY.exec(request.url ?? "")?.[1];
    const answer =
      control === undefined
        ? answerModelRequest({ request, response, book, clock, turnCounter })
        : answerControl(request, control, book).then(({ status, body }) => sendJson(response, status, body));
    answer.catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 400, { error: { type: "invalid_request_error", message: messageOf(error) } });
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  // Codex first tries a WebSocket; 426 is the answer after which it falls back to HTTP at once.
  server.on("upgrade", (_request, socket) => {
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
  await listen(server, options);
  return {
    url: options.socketPath ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setScript: (key, script) => book.set(key, parseScript(script)),
    report: (key) => book.report(key),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answerControl(request: IncomingMessage, key: string, book: ScriptBook) {
  if (request.method === "PUT") {
    book.set(key, parseScript(JSON.parse((await readBody(request)).toString("utf8"))));
    return { status: 200, body: book.report(key) };
  }
  const report = book.report(key);
  return report === undefined
    ? { status: 404, body: { error: { message: `there is no script ${key}` } } }
    : { status: 200, body: report };
}

function listen(server: Server, options: ModelSimulatorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const ready = () => {
      server.off("error", reject);
      resolve();
    };
    if (options.socketPath === undefined) server.listen(options.port ?? 0, "127.0.0.1", ready);
    else server.listen(options.socketPath, ready);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
