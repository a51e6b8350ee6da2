// The contract of ResourceStore, run against every implementation: SQLite, the Kubernetes client on our API, and the
// Kubernetes client on a real API server. Each case names the Kubernetes document that it follows.
import { afterAll, beforeAll, describe } from "vitest";
import { conditionalWriteCases, identityCases, plainWriteCases } from "./resource-store-write-cases.ts";
import { deletionCases } from "./resource-store-deletion-cases.ts";
import {
  CODE_RUNS,
  contractCases,
  KIND_CLASSES,
  type ContractOptions,
  type StoreUnderTest,
} from "./resource-store-fixtures.ts";
import { listCases } from "./resource-store-list-cases.ts";
import { schemaCases } from "./resource-store-schema-cases.ts";
import { watchCases } from "./resource-store-watch-cases.ts";

/** Registers the whole contract for one implementation. */
export function resourceStoreContract(options: ContractOptions): void {
  describe(`ResourceStore contract: ${options.name}`, () => {
    let current: StoreUnderTest | undefined;
    beforeAll(async () => {
      current = await options.createStore();
    });
    afterAll(async () => {
      await current?.close();
    });
    const store = (): StoreUnderTest => {
      if (current === undefined) throw new Error("the store could not be created");
      return current;
    };
    for (const kindClass of KIND_CLASSES) {
      contractCases(options, store, kindClass, (contractCase) => {
        identityCases(contractCase);
        plainWriteCases(contractCase);
        conditionalWriteCases(contractCase);
        deletionCases(contractCase);
        listCases(contractCase);
        watchCases(contractCase);
      });
    }
    contractCases(options, store, CODE_RUNS, schemaCases);
  });
}
