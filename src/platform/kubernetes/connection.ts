// Where an API server is and how to talk to it: what a kubeconfig and a pod's mounts are turned into.
import type { Credential } from "./credential.ts";

export interface Connection {
  /** Base URL, without a trailing slash. */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate; absent: those that the system trusts. */
  readonly authority?: string;
  /** Name to expect in the server's certificate instead of the URL's host. */
  readonly serverName?: string;
  /** The operator's explicit wish in the kubeconfig (`insecure-skip-tls-verify`). */
  readonly skipsVerification?: boolean;
  /** HTTP proxy on the way to the server. */
  readonly proxyUrl?: string;
  /** Unix socket that leads to the server. */
  readonly socketPath?: string;
  readonly credential: Credential;
  /** Namespace of the context, or of the pod. */
  readonly namespace: string;
}
