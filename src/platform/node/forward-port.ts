// A listener on the container's loopback whose connections continue elsewhere: on the gateway's Unix socket in a sandbox, on its
// Service by TLS in a cluster's pod. Whatever a container runs sees the same address on both engines.
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";

/** Connections at once through one forwarder. */
export const FORWARDED_CONNECTIONS_MAX = 512;

export interface Forwarder {
  readonly port: number;
}

export interface ForwardOptions {
  /** Of the listener on 127.0.0.1; 0 chooses a free one. */
  readonly port: number;
  /** Opens the far end of one connection. */
  readonly open: () => Socket;
  /** The far end broke; the near one is closed without a word. */
  readonly onFailure?: (error: Error) => void;
}

/** Rejects when the port is taken. */
export async function forwardPort({ port, open, onFailure }: ForwardOptions): Promise<Forwarder> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = open();
    near.pipe(far);
    far.pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", (error) => {
      near.destroy();
      onFailure?.(error);
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  server.maxConnections = FORWARDED_CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, resolve);
  });
  // The command alone decides how long the container lives.
  server.unref();
  return { port: (server.address() as AddressInfo).port };
}

export function openUnixSocket(path: string): Socket {
  return createConnection({ path, allowHalfOpen: true });
}
