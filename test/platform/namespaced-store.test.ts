import { describe, expect, it } from "vitest";
import { namespacedStore } from "../../src/platform/namespaced-store.ts";
import { CONFIG_MAP, NAMESPACE } from "../../src/resources/core.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const configMap = (namespace: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: "a" } });

describe("a store of one namespace", () => {
  it("lists and watches that namespace only, unless another is named", async () => {
    const all = await temporaryStore();
    const store = namespacedStore(all, "ours");
    const { resourceVersion } = await all.list(CONFIG_MAP);
    for (const namespace of ["ours", "theirs"]) await all.create(CONFIG_MAP, configMap(namespace));

    const seen = new AbortController();
    for await (const event of store.watch(CONFIG_MAP, { resourceVersion, signal: seen.signal })) {
      expect(event.object.metadata.namespace).toBe("ours");
      seen.abort();
    }

    expect((await store.list(CONFIG_MAP)).items.map(({ metadata }) => metadata.namespace)).toEqual(["ours"]);
    expect((await store.list(CONFIG_MAP, { namespace: "theirs" })).items).toHaveLength(1);
    await expect(store.get(CONFIG_MAP, { namespace: "theirs", name: "a" })).resolves.toBeDefined();
  });

  it("leaves kinds without namespaces alone", async () => {
    const all = await temporaryStore();
    await all.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name: "theirs" } });
    const { resourceVersion } = await all.list(NAMESPACE);
    await all.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name: "later" } });
    const store = namespacedStore(all, "ours");

    const seen = new AbortController();
    for await (const { object } of store.watch(NAMESPACE, { resourceVersion, signal: seen.signal })) {
      expect(object.metadata.name).toBe("later");
      seen.abort();
    }

    const { items } = await store.list(NAMESPACE);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(["later", "theirs"]));
  });
});
