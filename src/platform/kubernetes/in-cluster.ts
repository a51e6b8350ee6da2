// The connection of a program that runs in a pod: the mounted token, its authority, and the API's address.
// Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod".
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { PlatformError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { tokenFileCredential } from "./credential.ts";

const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface InClusterSource {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT of the container. */
  readonly host: string;
  readonly port: string;
  /** Where token, ca.crt and namespace are mounted; absent: where Kubernetes mounts them. */
  readonly directory?: string;
}

/** Reads what is mounted into the pod; the token is read again when it is replaced. */
export async function readInCluster(source: InClusterSource, clock: Pick<Clock, "now">): Promise<Connection> {
  const { host, port, directory = SERVICE_ACCOUNT_DIRECTORY } = source;
  const address = host.includes(":") ? `[${host}]` : host;
  return {
    server: `https://${address}:${port}`,
    authority: await readMounted(directory, "ca.crt"),
    credential: tokenFileCredential(join(directory, "token"), clock),
    namespace: (await readMounted(directory, "namespace")).trim(),
  };
}

async function readMounted(directory: string, name: string): Promise<string> {
  try {
    return await readFile(join(directory, name), "utf8");
  } catch (error) {
    throw new PlatformError({
      code: "Unauthorized",
      message: `${join(directory, name)} cannot be read: ${(error as Error).message}`,
      hint: "mount a ServiceAccount token into this pod, or give a kubeconfig",
      cause: error,
    });
  }
}
