// The Kubernetes client against our own API: the whole contract over the wire.
import { resourceStoreContract } from "../../contracts/resource-store.contract.ts";
import { startTestApi } from "../../support/api-server.ts";

const VERSIONS_KEPT = 150;
/** A watch is also served from the newest changes in memory, of which there may be more. */
const VERSIONS_UNTIL_EXPIRED = 250;

resourceStoreContract({
  name: "Kubernetes client on our API",
  versionsKept: VERSIONS_UNTIL_EXPIRED,
  createStore: async () => {
    const api = await startTestApi({
      storeLimits: { historyVersionsMax: VERSIONS_KEPT, secretHistoryVersionsMax: VERSIONS_KEPT },
    });
    return { store: api.operator.store, namespaces: ["alpha", "beta"], close: async () => await api.close() };
  },
});
