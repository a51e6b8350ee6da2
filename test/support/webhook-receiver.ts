// Takes webhook deliveries like a user's endpoint: keeps raw bodies and headers, answers as told.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { Any } from "./github-client.ts";

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly event: string;
  readonly guid: string;
  readonly raw: string;
  readonly payload: Any;
}

export class WebhookReceiver {
  readonly received: Received[] = [];
  /** Status of the answers from now on; undefined never answers. */
  status: number | undefined = 200;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const raw = Buffer.concat(chunks).toString("utf8");
        receiver.received.push({
          headers: request.headers,
          event: String(request.headers["x-github-event"]),
          guid: String(request.headers["x-github-delivery"]),
          raw,
          payload: JSON.parse(raw),
        });
        if (receiver.status !== undefined) {
          response.writeHead(receiver.status, { "content-type": "text/plain" }).end("seen");
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** "event.action" of everything received, in order of arrival. */
  names(): string[] {
    return this.received.map(({ event, payload }) => [event, payload.action].filter(Boolean).join("."));
  }

  /** Payloads of an event, or of one action of it. */
  payloads(event: string, action?: string): Any[] {
    return this.received
      .filter((row) => row.event === event && (action === undefined || row.payload.action === action))
      .map((row) => row.payload);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
