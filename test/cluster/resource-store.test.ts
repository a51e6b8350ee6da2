// The Kubernetes client against a real API server: the whole contract over the wire.
import { it } from "vitest";
import { resourceStoreContract } from "../contracts/resource-store.contract.ts";
import { connectKubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import { CLUSTER_ROLE } from "../../src/resources/rbac.ts";
import { NAMESPACE } from "../../src/resources/core.ts";
import { findTestCluster } from "../support/cluster-engine.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

const cluster = findTestCluster(process.env);
/** A server sends its first bookmark some seconds before it ends a watch, or after a minute. */
const CONNECTION = { clock: REAL_CLOCK, limits: { watchSeconds: 15 } };
/** New ones each time: those of a run before may be ending still. */
const RUN = Date.now().toString(36);
const NAMESPACES = [`runyard-contract-${RUN}-a`, `runyard-contract-${RUN}-b`] as const;

if (cluster !== undefined) {
  resourceStoreContract({
    name: "Kubernetes client on a real API server",
    versionsKept: undefined,
    keepsSecretHistory: true,
    collectsGarbage: true,
    createStore: async () => {
      const kubernetes = await connectKubernetes({ kubeconfig: { path: cluster.kubeconfig } }, CONNECTION);
      const { store } = kubernetes;
      for (const name of NAMESPACES) {
        await store.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      }
      return {
        store,
        namespaces: NAMESPACES,
        close: async () => {
          const { items } = await store.list(CLUSTER_ROLE, { labelSelector: "case" });
          for (const { metadata } of items) await store.delete(CLUSTER_ROLE, { namespace: "", name: metadata.name });
          for (const name of NAMESPACES) await store.delete(NAMESPACE, { namespace: "", name });
          await kubernetes.close();
        },
      };
    },
  });
} else {
  it.skip("the contract on a real API server", () => undefined);
}
