// What a certificate of ours is to say. Apart from its making, so that asking for one loads nothing.

export const CERTIFICATE_ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export interface CertificateProfile {
  /** File name in the authority's directory, without ending. */
  readonly name: string;
  /** The user name, for a client. */
  readonly commonName: string;
  /** The groups, for a client. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly usage: "server" | "client";
}
