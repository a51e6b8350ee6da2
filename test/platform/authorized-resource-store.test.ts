import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorizedStore } from "../../src/platform/authorized-resource-store.ts";
import type { AccessRequest } from "../../src/platform/identity.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { CONFIG_MAP, type ConfigMap, NAMESPACE } from "../../src/resources/core.ts";
import { POD } from "../../src/resources/pod.ts";
import { startTestApi, type TestApi } from "../support/api-server.ts";

let api: TestApi;
let asked: AccessRequest[] = [];
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
});

const caller = { user: "system:serviceaccount:a:worker", groups: ["system:authenticated"] };
function storeThat(isAllowed: boolean): ResourceStore {
  asked = [];
  const authorize = async (request: AccessRequest): Promise<{ readonly allowed: boolean; readonly reason: string }> => {
    asked.push(request);
    return { allowed: isAllowed, reason: "User cannot" };
  };
  return authorizedStore(api.store, { authorize }, caller);
}
const configMap = (name: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "a" },
});
const key = { namespace: "a", name: "x" };
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "a" },
  spec: { containers: [{ name: "c" }] },
};

describe("a store for a caller", () => {
  it("refuses every call that is not allowed, and does nothing of it", async () => {
    const store = storeThat(false);
    await api.store.create(CONFIG_MAP, configMap("x"));
    const watch = store.watch(CONFIG_MAP, { resourceVersion: "1", signal: AbortSignal.timeout(1000) });

    for (const call of [
      store.get(CONFIG_MAP, key),
      store.list(CONFIG_MAP, { namespace: "a" }),
      watch[Symbol.asyncIterator]().next(),
      store.create(CONFIG_MAP, configMap("y")),
      store.update(CONFIG_MAP, { ...configMap("x"), data: { a: "b" } }),
      store.updateStatus(POD, pod),
      store.delete(CONFIG_MAP, key),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: "Forbidden",
        message: expect.stringMatching(/is forbidden: User cannot$/),
      });
    }
    expect((await api.store.list(CONFIG_MAP)).items.map(({ metadata }) => metadata.name)).toEqual(["x"]);
  });

  it("asks for the verb, resource and name of each call", async () => {
    const store = storeThat(true);
    await store.get(CONFIG_MAP, key);
    await store.list(NAMESPACE);
    await store.create(POD, pod);
    await store.updateStatus(POD, { ...pod, status: { phase: "Running" } });
    await store.delete(POD, { namespace: "a", name: "p" });

    expect(asked.map(({ verb, resource, namespace, name }) => [verb, resource, namespace, name])).toEqual([
      ["get", "configmaps", "a", "x"],
      ["list", "namespaces", "", undefined],
      ["create", "pods", "a", undefined],
      ["update", "pods/status", "a", "p"],
      ["delete", "pods", "a", "p"],
    ]);
    expect(asked.every(({ user }) => user === caller.user)).toBe(true);
  });
});

it("asks a client that patches for the right to patch only", async () => {
  const verbs: string[] = [];
  const authorize = async ({ verb }: AccessRequest) => {
    verbs.push(verb);
    return { allowed: true, reason: "" };
  };
  const store = authorizedStore(api.store, { authorize }, caller, "patch");
  await api.store.create(CONFIG_MAP, configMap("patched"));

  await store.update(CONFIG_MAP, { ...configMap("patched"), data: { a: "b" } });

  expect(verbs).toEqual(["patch"]);
});
