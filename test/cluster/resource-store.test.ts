// The Kubernetes client against a real API server: the whole contract over the wire.
import { resourceStoreContract } from "../contracts/resource-store.contract.ts";
import { connectKubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import { NAMESPACE } from "../../src/resources/core.ts";
import { findTestCluster } from "../support/cluster-engine.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

const cluster = findTestCluster(process.env);
const NAMESPACES = ["runyard-contract-a", "runyard-contract-b"] as const;

if (cluster !== undefined) {
  resourceStoreContract({
    name: "Kubernetes client on a real API server",
    versionsKept: 1,
    createStore: async () => {
      const kubernetes = await connectKubernetes({ kubeconfig: { path: cluster.kubeconfig } }, { clock: REAL_CLOCK });
      const { store } = kubernetes;
      for (const name of NAMESPACES) {
        const key = { namespace: "", name };
        if ((await store.get(NAMESPACE, key)) !== undefined) continue;
        await store.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      }
      return {
        store,
        namespaces: NAMESPACES,
        close: async () => {
          for (const name of NAMESPACES) await store.delete(NAMESPACE, { namespace: "", name });
          await kubernetes.close();
        },
      };
    },
  });
}
