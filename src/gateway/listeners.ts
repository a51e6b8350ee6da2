// Where the gateway is reached: a Unix socket on one machine, a port with TLS on a cluster. What a listener accepts goes to
// serve.ts.
import { rm } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createServer } from "../platform/node/node-http.ts";
import { serveConnect, serveRequest, type Services } from "./serve.ts";

/** At least one of them. TCP is for the cluster's Service, or loopback. */
export interface ListenOptions {
  readonly socketPath?: string;
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The port speaks TLS with it. */
  readonly certificate?: ServerCertificate;
}

/** PEM texts. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Listeners {
  /** Of the port, where there is one. */
  readonly url: string | undefined;
  useCertificate(certificate: ServerCertificate): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** A caller that sends its headers slower than this is cut off. */
const HEADERS_TIMEOUT_MS = 30_000;
const TIMEOUTS = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 };

/** Rejects as the operating system does when it may not listen there; nothing is left open then. */
export async function openListeners(listen: ListenOptions, services: Services): Promise<Listeners> {
  const { port, host = "127.0.0.1", socketPath, certificate } = listen;
  await using opened = new AsyncDisposableStack();
  let url: string | undefined;
  const secure = port === undefined || certificate === undefined ? undefined : createTlsServer(tlsOf(certificate));
  if (port !== undefined) {
    const server = secure ?? createServer(TIMEOUTS);
    const tunnels = accept(server, services);
    await listening(server, () => server.listen(port, host));
    opened.defer(() => closeServer(server, tunnels));
    url = `${secure === undefined ? "http" : "https"}://${host}:${(server.address() as AddressInfo).port}`;
  }
  if (socketPath !== undefined) {
    const server = createServer(TIMEOUTS);
    const tunnels = accept(server, services);
    // Left behind by a gateway that was killed; two gateways on one socket are kept apart by whoever starts them.
    await rm(socketPath, { force: true });
    // The user of a sandbox may connect; whoever cannot enter the data directory does not get as far as the socket.
    await listening(server, () => server.listen({ path: socketPath, readableAll: true, writableAll: true }));
    opened.defer(() => closeServer(server, tunnels));
  }
  const parts = opened.move();
  return {
    url,
    useCertificate: (renewed) => secure?.setSecureContext({ cert: renewed.certificate, key: renewed.key }),
    close: () => parts.disposeAsync(),
  };
}

function tlsOf({ certificate, key }: ServerCertificate) {
  return { ...TIMEOUTS, cert: certificate, key, minVersion: "TLSv1.3" as const };
}

/** Sockets that became tunnels are not the server's any more: they are given back, to be ended with it. */
function accept(server: Server | TlsServer, services: Services): ReadonlySet<Duplex> {
  server.on("request", (request, response) => void serveRequest(request, response, services));
  const tunnels = new Set<Duplex>();
  server.on("connect", (request, socket, head) => {
    tunnels.add(socket);
    socket.once("close", () => tunnels.delete(socket));
    void serveConnect(request, { socket, head }, services);
  });
  // Codex asks for a WebSocket first; this is the answer after which it uses HTTP at once.
  server.on("upgrade", (_request, socket) => {
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  return tunnels;
}

function listening(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    start();
  });
}

function closeServer(server: Server | TlsServer, tunnels: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    for (const socket of tunnels) socket.destroy();
  });
}
