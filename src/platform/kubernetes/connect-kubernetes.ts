// Opens a connection to an API server: a cluster's, or our own on one machine.
import type { Clock } from "../clock.ts";
import type { Authorizer, TokenIssuer, TokenReviewer } from "../identity.ts";
import type { LogSource } from "../log-source.ts";
import type { ResourceStore } from "../resource-store.ts";
import type { Connection } from "./connection.ts";
import { type InClusterSource, readInCluster } from "./in-cluster.ts";
import { type KubeconfigSource, readKubeconfig } from "./kubeconfig.ts";
import {
  createKubernetesResourceStore,
  KUBERNETES_STORE_LIMITS,
  type KubernetesStoreLimits,
} from "./kubernetes-resource-store.ts";
import { createRestClient } from "./rest-client.ts";
import { createRestAuthorizer, createRestTokenIssuer, createRestTokenReviewer } from "./rest-identity.ts";
import { createRestLogSource } from "./rest-log-source.ts";

export type KubernetesSource =
  | { readonly kubeconfig: KubeconfigSource }
  | { readonly inCluster: InClusterSource }
  | { readonly connection: Connection };

export interface Kubernetes {
  readonly store: ResourceStore;
  readonly tokens: TokenIssuer & TokenReviewer;
  readonly authorizer: Authorizer;
  readonly logs: LogSource;
  /** Namespace of the kubeconfig's context, or of the pod. */
  readonly namespace: string;
  /** Base URL of the server. */
  readonly server: string;
  /** What the server says of its own version, for example `v1.34.1`; ours says `v1.33.0+runyard-<version>`. */
  version(): Promise<string>;
  /** Ends every open request and watch. */
  close(): Promise<void>;
}

/** Reads the source and makes the clients; nothing is sent yet. Invalid or Unauthorized when the source is no good. */
export async function connectKubernetes(
  source: KubernetesSource,
  options: { readonly clock: Clock; readonly limits?: Partial<KubernetesStoreLimits> },
): Promise<Kubernetes> {
  const connection = await readSource(source, options.clock);
  const client = createRestClient(connection);
  return {
    store: createKubernetesResourceStore(client, { ...KUBERNETES_STORE_LIMITS, ...options.limits }),
    tokens: { ...createRestTokenIssuer(client), ...createRestTokenReviewer(client) },
    authorizer: createRestAuthorizer(client),
    logs: createRestLogSource(client),
    namespace: connection.namespace,
    server: connection.server,
    version: async () => {
      const answer = (await client.request({ method: "GET", path: "/version" })) as { readonly gitVersion?: string };
      return answer.gitVersion ?? "unknown";
    },
    close: async () => await client.close(),
  };
}

async function readSource(source: KubernetesSource, clock: Clock): Promise<Connection> {
  if ("kubeconfig" in source) return await readKubeconfig(source.kubeconfig, clock);
  if ("inCluster" in source) return await readInCluster(source.inCluster, clock);
  return source.connection;
}
