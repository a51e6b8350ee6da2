// WebhookListener on Node's HTTP server: one server per port, on the loopback unless told otherwise.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PlatformError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { WebhookListener, WebhookRequest, WebhookRoute } from "../webhook-listener.ts";
import { createServer } from "./node-http.ts";

export interface WebhookListenerLimits {
  /** Connections of one port at once; more are refused. */
  readonly connectionsMax: number;
  /** From the first byte to the end of a request. GitHub itself gives up after ten seconds. */
  readonly requestTimeoutMs: number;
  readonly headerBytesMax: number;
  /** Of all bodies that are being read at once, before anything is known of their senders; more are answered with 503. */
  readonly bufferedBytesMax: number;
}

export const WEBHOOK_LISTENER_LIMITS: WebhookListenerLimits = {
  connectionsMax: 200,
  requestTimeoutMs: 30_000,
  headerBytesMax: 32 * 1024,
  bufferedBytesMax: 256 * 1024 * 1024,
};

export interface NodeWebhookListenerOptions {
  readonly log: Log;
  /** Default 127.0.0.1: a tunnel or proxy on this machine leads here. */
  readonly host?: string;
  readonly limits?: Partial<WebhookListenerLimits>;
}

export interface PortKeeper {
  /** Opens the port now, and leaves it open when no route needs it. Unavailable, with what to do, when it cannot be opened. */
  keepOpen(port: number): Promise<void>;
}

export function createNodeWebhookListener(options: NodeWebhookListenerOptions): WebhookListener & PortKeeper {
  return new NodeWebhookListener(options);
}

interface Owned {
  readonly owner: string;
  readonly route: WebhookRoute;
}

class NodeWebhookListener implements WebhookListener, PortKeeper {
  readonly #log: Log;
  readonly #host: string;
  readonly #limits: WebhookListenerLimits;
  readonly #servers = new Map<number, Server>();
  readonly #kept = new Set<number>();
  #routes: readonly Owned[] = [];
  #bufferedBytes = 0;
  /** One change after the other, so that a port is never opened twice. */
  #change: Promise<void> = Promise.resolve();

  constructor({ log, host = "127.0.0.1", limits }: NodeWebhookListenerOptions) {
    this.#log = log;
    this.#host = host;
    this.#limits = { ...WEBHOOK_LISTENER_LIMITS, ...limits };
  }

  setRoutes(owner: string, routes: readonly WebhookRoute[]): Promise<void> {
    return this.#inTurn(() => this.#setRoutes(owner, routes));
  }

  keepOpen(port: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#servers.has(port)) await this.#open(port);
      this.#kept.add(port);
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#routes = [];
      this.#kept.clear();
      await this.#closeUnused();
    });
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const result = this.#change.then(change);
    this.#change = result.catch(() => undefined);
    return result;
  }

  async #setRoutes(owner: string, routes: readonly WebhookRoute[]): Promise<void> {
    const others = this.#routes.filter((owned) => owned.owner !== owner);
    for (const route of routes) {
      const taken = others.find((owned) => isSamePlace(owned.route, route));
      if (taken !== undefined || routes.some((other) => other !== route && isSamePlace(other, route))) {
        throw takenError(route, taken?.owner ?? owner);
      }
    }
    const opened: number[] = [];
    try {
      for (const { port } of routes) {
        if (this.#servers.has(port)) continue;
        await this.#open(port);
        opened.push(port);
      }
    } catch (error) {
      await Promise.all(opened.map((port) => this.#closePort(port)));
      throw error;
    }
    this.#routes = [...others, ...routes.map((route) => ({ owner, route }))];
    await this.#closeUnused();
  }

  async #open(port: number): Promise<void> {
    const { connectionsMax, requestTimeoutMs, headerBytesMax } = this.#limits;
    const server = createServer(
      { requestTimeout: requestTimeoutMs, maxHeaderSize: headerBytesMax },
      (request, response) => {
        void this.#serve(port, request, response);
      },
    );
    server.maxConnections = connectionsMax;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(portError(port, error)));
      server.listen(port, this.#host, resolve);
    });
    this.#servers.set(port, server);
    this.#log.write("info", "listening for webhooks", { address: (server.address() as AddressInfo).address, port });
  }

  async #closeUnused(): Promise<void> {
    const used = new Set([...this.#kept, ...this.#routes.map((owned) => owned.route.port)]);
    const unused = [...this.#servers.keys()].filter((port) => !used.has(port));
    await Promise.all(unused.map((port) => this.#closePort(port)));
  }

  async #closePort(port: number): Promise<void> {
    const server = this.#servers.get(port);
    this.#servers.delete(port);
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  }

  async #handle(route: WebhookRoute, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let held = 0;
    const hold = (bytes: number): void => {
      held += bytes;
      this.#bufferedBytes += bytes;
      if (held > route.bodyBytesMax) throw new RefusedBody(400, "http: request body too large");
      if (this.#bufferedBytes > this.#limits.bufferedBytesMax) {
        throw new RefusedBody(
          503,
          `too many bytes of requests wait (bufferedBytesMax ${this.#limits.bufferedBytesMax})`,
        );
      }
    };
    try {
      const body = await readBody(request, hold);
      const { status, body: text } = await route.handle({ headers: headersOf(request), body });
      answer(response, status, text);
    } catch (error) {
      if (!(error instanceof RefusedBody)) throw error;
      answer(response, error.status, error.message);
    } finally {
      this.#bufferedBytes -= held;
    }
  }

  async #serve(port: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = (request.url ?? "").split("?")[0];
      if (path === "/health") return answer(response, 200, "OK");
      const route = this.#routes.find((owned) => owned.route.port === port && owned.route.path === path)?.route;
      if (route === undefined) return answer(response, 404, "404 page not found");
      return await this.#handle(route, request, response);
    } catch (error) {
      // A caller that hangs up is no failure of ours.
      if (request.destroyed && !request.complete) return;
      this.#log.write("error", "a webhook request failed", { port, error: String(error) });
      answer(response, 500, "internal error");
    }
  }
}

/** Why a body is not read to its end. */
class RefusedBody extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function isSamePlace(left: WebhookRoute, right: WebhookRoute): boolean {
  return left.port === right.port && left.path === right.path;
}

async function readBody(request: IncomingMessage, hold: (bytes: number) => void): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hold(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage): WebhookRequest["headers"] {
  const headers = new Map<string, string[]>();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values !== undefined) headers.set(name, values);
  }
  return headers;
}

function answer(response: ServerResponse, status: number, text: string): void {
  // What is left of a refused request is not read: the connection ends with the answer.
  const connection = status >= 400 ? { connection: "close" } : {};
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...connection });
  response.end(text);
}

function takenError(route: WebhookRoute, owner: string): PlatformError {
  return new PlatformError({
    code: "AlreadyExists",
    message: `port ${route.port} already has the path ${route.path}, for ${owner}`,
    hint: "Give each event a path or a port of its own.",
  });
}

function portError(port: number, cause: Error): PlatformError {
  return new PlatformError({
    code: "Unavailable",
    message: `port ${port} cannot be opened for webhooks: ${cause.message}`,
    hint:
      `stop the program that listens there (ss -ltnp 'sport = :${port}' names it), or choose another port: ` +
      "github.webhook.port of values.yaml, or the port of the EventSource",
    cause,
  });
}
