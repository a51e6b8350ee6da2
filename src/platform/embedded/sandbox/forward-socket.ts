// A listener on the container's loopback whose connections continue on a Unix socket: the only way out of a sandbox.
import { createConnection, createServer, type AddressInfo } from "node:net";

/** Connections at once through one forwarder. */
export const FORWARDED_CONNECTIONS_MAX = 512;

export interface Forwarder {
  readonly port: number;
}

/** Listens on 127.0.0.1. Port 0 chooses a free one. */
export async function forwardSocket(port: number, socketPath: string): Promise<Forwarder> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = createConnection({ path: socketPath, allowHalfOpen: true });
    near.pipe(far);
    far.pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
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
