// Serves the store as a Kubernetes REST API: TLS on loopback for people and programs of this machine, and the same
// server on a Unix socket for pods, whose own loopback leads there.
import { mkdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo, ListenOptions } from "node:net";
import { connect } from "node:net";
import { dirname } from "node:path";
import { PlatformError } from "../platform/errors.ts";
import { createApiHandler } from "./api-handler.ts";
import type { CertificateAuthority, KeyPair } from "./certificate-authority.ts";
import { API_LIMITS, type ApiLimits, type ApiServices } from "./exchange.ts";

export interface ApiServerOptions {
  readonly services: ApiServices;
  readonly authority: CertificateAuthority;
  /** TCP port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  /** Path of the Unix socket for pods; its directory is made with mode 0700. */
  readonly socketPath?: string;
  readonly limits?: Partial<ApiLimits>;
}

export interface ApiServer {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Refuses new requests, ends the open watches and logs, and waits for the rest. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const RENEWAL_CHECK_MS = 6 * 3_600_000;
/** The user of a sandbox may connect; whoever cannot enter the data directory does not get as far as the socket. */
const FOR_SANDBOXES = { readableAll: true, writableAll: true };
/** A request that has begun is given this long when the server closes. */
const CLOSE_GRACE_MS = 2000;

/** Starts the API. Unavailable when the port or the socket is in use, with what to do. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { services, authority, port, socketPath } = options;
  const closing = new AbortController();
  const handler = createApiHandler(services, { ...API_LIMITS, ...options.limits }, closing.signal);
  const pair = await serverKeyPair(authority);
  const servers = [socketPath === undefined ? [] : [socketPath], [undefined]].flat().map((path) => ({
    path,
    server: createServer(tlsOptions(pair, authority), handler),
  }));
  for (const { server } of servers) keepOpen(server);
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all(servers.map(({ server }) => closeServer(server)));
  };
  try {
    for (const { path, server } of servers) {
      if (path !== undefined) await claimSocket(path);
      await listen(server, path === undefined ? { host: HOST, port } : { path, ...FOR_SANDBOXES });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const renewal = setInterval(() => {
    renew(
      options,
      servers.map(({ server }) => server),
    ).catch((error: unknown) => {
      services.log.write("error", "the API's certificate could not be renewed", { error: String(error) });
    });
  }, RENEWAL_CHECK_MS).unref();
  closing.signal.addEventListener("abort", () => clearInterval(renewal));
  const address = servers.at(-1)?.server.address() as AddressInfo;
  return { url: `https://${HOST}:${address.port}`, port: address.port, close };
}

/** The names under which programs and pods reach the API; the last ones are those that a pod on a cluster uses. */
async function serverKeyPair(authority: CertificateAuthority): Promise<KeyPair> {
  return await authority.keep({
    name: "server",
    commonName: "runyard-api",
    dnsNames: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
    addresses: [HOST, "::1"],
    usage: "server",
  });
}

function tlsOptions(pair: KeyPair, authority: CertificateAuthority): Readonly<Record<string, unknown>> {
  return {
    cert: pair.certificate,
    key: pair.key,
    ca: authority.certificate,
    // A client without a certificate may still show a token, so the handshake does not insist.
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["http/1.1"],
  };
}

/** Watches stay open for an hour; only the time to send a request is bounded. */
function keepOpen(server: Server): void {
  server.requestTimeout = 60_000;
  server.headersTimeout = 15_000;
  server.keepAliveTimeout = 75_000;
  server.timeout = 0;
}

async function renew({ authority }: ApiServerOptions, servers: readonly Server[]): Promise<void> {
  const pair = await serverKeyPair(authority);
  for (const server of servers) server.setSecureContext(tlsOptions(pair, authority));
}

async function listen(server: Server, where: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(where, resolve);
  try {
    await promise;
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, where);
  } finally {
    server.off("error", reject);
  }
}

function listenError(error: NodeJS.ErrnoException, where: ListenOptions): PlatformError {
  const place = where.path ?? `${HOST}:${String(where.port)}`;
  if (error.code === "EADDRINUSE") {
    return new PlatformError({
      code: "Unavailable",
      message: `the API cannot listen on ${place}: ${where.path === undefined ? `port ${String(where.port)}` : "the socket"} is in use`,
      hint:
        where.path === undefined
          ? `stop the program that listens there (ss -ltnp 'sport = :${String(where.port)}' names it), or choose another port`
          : "another engine runs with this data directory: stop it, or choose another directory",
      cause: error,
    });
  }
  return new PlatformError({
    code: "Unavailable",
    message: `the API cannot listen on ${place}: ${error.message}`,
    hint: "choose a port above 1023 and a data directory that you may write to, with a path of at most 100 characters",
    cause: error,
  });
}

/** Removes the socket file of an engine that is gone; one that answers is left, and listening then fails. */
async function claimSocket(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect(path, () => resolve(true));
  probe.on("error", () => resolve(false));
  const isAlive = await promise;
  probe.destroy();
  if (!isAlive) await rm(path, { force: true });
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await promise;
  clearTimeout(force);
}
