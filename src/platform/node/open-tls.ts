// A connection to the gateway of a cluster. Apart from forward-port.ts, because on one machine nothing needs TLS to be loaded.
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface TlsAddress {
  readonly host: string;
  readonly port: number;
  /** PEM of the only authority that counts. */
  readonly authority: string;
  /** Expected in the certificate, whatever the host is called. */
  readonly serverName: string;
}

export function openTls({ host, port, authority, serverName }: TlsAddress): Socket {
  const half = { allowHalfOpen: true };
  return connectTls({ ...half, host, port, ca: authority, servername: serverName, minVersion: "TLSv1.3" });
}
