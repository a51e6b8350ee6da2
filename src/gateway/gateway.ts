// The one door of a run to the world: the only program that holds outside credentials. Starts the server, puts the parts
// together, and keeps what must go on beside requests: the watch of runs and the sweep of tokens.
import type { Server } from "node:http";
import { rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Configuration } from "../configuration/configuration.ts";
import type { Clock } from "../platform/clock.ts";
import type { TokenReviewer } from "../platform/identity.ts";
import type { Log } from "../platform/log.ts";
import { createServer } from "../platform/node/node-http.ts";
import { patientReviewer, patientStore } from "../platform/patient-resource-store.ts";
import type { ResourceStore } from "../platform/resource-store.ts";
import { Callers } from "./callers.ts";
import { resolveWithSystem, type Resolve } from "./egress/resolve-public.ts";
import { GitHubAppTokens, type TokenOwner } from "./github-app-tokens.ts";
import { GitHubApi } from "./github/github-api.ts";
import { RateLimits } from "./github/rate-limits.ts";
import { Repositories } from "./github/repositories.ts";
import { TokenJournal } from "./github/token-journal.ts";
import { Ledger } from "./models/ledger.ts";
import { watchRuns } from "./run-watch.ts";
import { Secrets } from "./secrets.ts";
import { serveConnect, serveRequest, type Services } from "./serve.ts";
import { hasOwnerEnded } from "./token-owner.ts";
import { Upstream, type UpstreamOptions } from "./upstream.ts";

/** Revocation of the tokens of an ended owner must not take longer than ten seconds, though nobody says a word. */
const SWEEP_MS = 5_000;

/** A caller that sends its headers slower than this is cut off. */
const HEADERS_TIMEOUT_MS = 30_000;

export interface GatewayOptions {
  readonly store: ResourceStore;
  readonly reviewer: TokenReviewer;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Log;
  /** Sessions, the journal of tokens and its key. Created with mode 0700 where it is missing. */
  readonly dataDirectory: string;
  /** Namespace of the release: Secrets are read there, and its controllers are trusted. */
  readonly namespace: string;
  /** Default `runyard-controller`. */
  readonly controllerServiceAccount?: string;
  readonly listen: ListenOptions;
  readonly upstream?: UpstreamOptions;
  /** Name resolution for tunnels and registries; default the system's. */
  readonly resolve?: Resolve;
}

/** At least one of them. TCP is for the cluster's Service, or loopback. */
export interface ListenOptions {
  readonly socketPath?: string;
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

export interface Gateway {
  /** `http://HOST:PORT` where it listens on TCP. */
  readonly url: string | undefined;
  readonly socketPath: string | undefined;
  /** Ends every connection, revokes the tokens in memory, and resolves. */
  close(): Promise<void>;
}

/** Starts the gateway; it listens, and what a crash left has been looked through, when the promise resolves. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const stop = new AbortController();
  const services = await buildServices(options, stop.signal);
  await services.tokens.sweep();
  const listeners: Listener[] = [];
  const url = options.listen.port === undefined ? undefined : await listenTcp(options.listen, services, listeners);
  if (options.listen.socketPath !== undefined) await listenUnix(options.listen.socketPath, services, listeners);
  const background = [sweepTokens(services, stop.signal), watch(options, services, stop.signal)];
  return {
    url,
    socketPath: options.listen.socketPath,
    close: async () => {
      stop.abort(new Error("the gateway stops"));
      await Promise.all(listeners.map(closeListener));
      await Promise.all(background);
      await services.tokens.close();
      await services.upstream.close();
    },
  };
}

async function buildServices(options: GatewayOptions, signal: AbortSignal): Promise<Services> {
  const { configuration, clock, log, dataDirectory, namespace } = options;
  // Whoever is served waits with us while the API server is started again: the turn of an agent goes on.
  const store = patientStore(options.store, { clock, signal });
  const reviewer = patientReviewer(options.reviewer, { clock, signal });
  const controllerServiceAccount = options.controllerServiceAccount ?? "runyard-controller";
  const { apiUrl } = configuration.github;
  const upstream = new Upstream(options.upstream ?? {});
  const secrets = new Secrets({ store, clock, namespace });
  const api = new GitHubApi({ upstream, clock, apiUrl });
  const journal = await TokenJournal.open(dataDirectory);
  const hasEnded = (owner: TokenOwner) => hasOwnerEnded(store, owner);
  const tokens = new GitHubAppTokens({ api, secrets, journal, clock, log, hasEnded });
  return {
    store,
    configuration,
    clock,
    log,
    dataDirectory,
    signal,
    upstream,
    secrets,
    tokens,
    resolve: options.resolve ?? resolveWithSystem,
    callers: new Callers({ store, reviewer, configuration, clock, namespace, controllerServiceAccount }),
    repositories: new Repositories({ tokens, upstream, clock, apiUrl }),
    rateLimits: new RateLimits(clock),
    ledger: new Ledger({ store, clock, limits: configuration.limits }),
  };
}

async function sweepTokens(services: Services, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await services.clock.sleep(SWEEP_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    await services.tokens.sweep().catch((error: unknown) => {
      services.log.write("error", "the sweep of tokens failed and is tried again", { error: String(error) });
    });
  }
}

async function watch(options: GatewayOptions, services: Services, signal: AbortSignal): Promise<void> {
  const { store, namespace, clock, log } = options;
  await watchRuns({ store, namespace, clock, log, signal, onEnded: (uid) => services.tokens.revokeOf(uid) });
}

async function listenTcp(listen: ListenOptions, services: Services, listeners: Listener[]): Promise<string> {
  const host = listen.host ?? "127.0.0.1";
  const server = makeServer(services, listeners);
  await listening(server, () => server.listen(listen.port, host));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

async function listenUnix(socketPath: string, services: Services, listeners: Listener[]): Promise<void> {
  // Left behind by a gateway that was killed; two gateways on one socket are kept apart by whoever starts them.
  await rm(socketPath, { force: true });
  const server = makeServer(services, listeners);
  // The user of a sandbox may connect; whoever cannot enter the data directory does not get as far as the socket.
  await listening(server, () => server.listen({ path: socketPath, readableAll: true, writableAll: true }));
}

interface Listener {
  readonly server: Server;
  /** Sockets that became tunnels are not the server's any more: they are kept here to be ended with it. */
  readonly tunnels: ReadonlySet<Duplex>;
}

function makeServer(services: Services, listeners: Listener[]): Server {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 }, (request, response) => {
    void serveRequest(request, response, services);
  });
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
  listeners.push({ server, tunnels });
  return server;
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

function closeListener({ server, tunnels }: Listener): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    for (const socket of tunnels) socket.destroy();
  });
}
