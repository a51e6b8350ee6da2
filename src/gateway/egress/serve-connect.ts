// Tunnels for the hosts of the run's list: the name is resolved here, the address checked, the TLS server name compared,
// and only then are bytes passed on.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ResourceReader } from "../../platform/resource-store.ts";
import type { KnownCaller } from "../callers.ts";
import { ROLES_OF_TUNNELS } from "../decide-route.ts";
import type { AuditFields } from "../exchange.ts";
import { requireCurrentGeneration } from "../lanes.ts";
import { Refusal } from "../refusal.ts";
import type { UpstreamOptions } from "../upstream.ts";
import { decideTunnel } from "./allowed-hosts.ts";
import { readEgressList } from "./egress-list.ts";
import { openDirect } from "./open-direct.ts";
import { openThroughProxy } from "./open-through-proxy.ts";
import { readServerName } from "./read-server-name.ts";
import { resolvePublic, type Resolve } from "./resolve-public.ts";

/** A tunnel that carries nothing for this long is closed. */
const IDLE_TIMEOUT_MS = 300_000;
/** The first TLS message must fit; those with post-quantum keys have about 2 KB. */
const FIRST_MESSAGE_BYTES_MAX = 16 * 1024;

export interface TunnelServices {
  readonly store: ResourceReader;
  readonly resolve: Resolve;
  readonly upstream: UpstreamOptions;
}

export interface Tunnel {
  /** `host:port` as the client asked. */
  readonly authority: string;
  readonly client: Duplex;
  /** Bytes that the client sent right behind the request. */
  readonly head: Buffer;
  readonly caller: KnownCaller;
  readonly audit: AuditFields;
}

/** Opens the tunnel and resolves when it has closed. Refusals before the opening are thrown. */
export async function serveTunnel(tunnel: Tunnel, services: TunnelServices): Promise<void> {
  const { role, context } = tunnel.caller;
  if (context.kind !== "run" || !ROLES_OF_TUNNELS.includes(role)) {
    throw new Refusal("Forbidden", `the role ${role} may not open tunnels`);
  }
  await requireCurrentGeneration(services.store, context);
  const decision = decideTunnel(tunnel.authority, await readEgressList(services.store, context));
  if (decision.kind === "refuse") throw new Refusal("HostNotAllowed", decision.message);
  const { host, port } = decision;
  tunnel.audit["host"] = host;
  const remote = await open(services, host, port);
  remote.on("error", () => remote.destroy());
  tunnel.client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  try {
    const first = port === 443 ? await readFirstMessage(tunnel, host) : tunnel.head;
    remote.write(first);
    tunnel.audit["bytes"] = await passBothWays(tunnel.client, remote);
  } finally {
    remote.destroy();
    tunnel.client.destroy();
  }
}

async function open(services: TunnelServices, host: string, port: number): Promise<Socket> {
  const proxy = port === 443 ? services.upstream.httpsProxy : services.upstream.httpProxy;
  // Behind the operator's proxy names may not resolve here; then the proxy is the one that decides about addresses.
  if (proxy !== undefined && proxy !== "") return await openThroughProxy(new URL(proxy), host, port);
  return await openDirect(await resolvePublic(services.resolve, host), port);
}

/** The client's first TLS message, whole, after its server name has been compared with the host. */
async function readFirstMessage(tunnel: Tunnel, host: string): Promise<Buffer> {
  let bytes = tunnel.head;
  for (;;) {
    const reading = readServerName(bytes);
    if (reading.kind === "name" && reading.name === host) return bytes;
    if (reading.kind !== "incomplete" || bytes.length > FIRST_MESSAGE_BYTES_MAX) {
      const asked = reading.kind === "name" ? `asks for ${reading.name}` : "does not begin with TLS and a server name";
      throw new Refusal("HostNotAllowed", `the tunnel to ${host} ${asked}`);
    }
    bytes = Buffer.concat([bytes, await nextChunk(tunnel.client)]);
  }
}

function nextChunk(client: Duplex): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (chunk?: Buffer) => {
      client.off("data", done);
      client.off("close", ended);
      client.pause();
      if (chunk === undefined) reject(new Refusal("Invalid", "the client closed the tunnel"));
      else resolve(chunk);
    };
    const ended = () => done();
    client.on("data", done);
    client.on("close", ended);
    client.resume();
  });
}

function passBothWays(client: Duplex, remote: Socket): Promise<number> {
  return new Promise((resolve) => {
    const end = () => {
      client.destroy();
      remote.destroy();
      resolve(remote.bytesRead + remote.bytesWritten);
    };
    remote.setTimeout(IDLE_TIMEOUT_MS, end);
    for (const stream of [client, remote]) {
      stream.on("error", end);
      stream.on("close", end);
    }
    client.pipe(remote);
    remote.pipe(client);
  });
}
