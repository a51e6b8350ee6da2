import { describe, expect, it } from "vitest";
import { startRoleAuthorizer } from "../../src/api-server/role-authorizer.ts";
import { PlatformError } from "../../src/platform/errors.ts";
import type { ResourceReader } from "../../src/platform/resource-store.ts";
import { startTestApi } from "../support/api-server.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING } from "../../src/resources/rbac.ts";

const request = { user: "somebody", groups: [], verb: "get", group: "", resource: "pods", namespace: "a" };
const RBAC = "rbac.authorization.k8s.io/v1";
const impatient = {
  ...REAL_CLOCK,
  sleep: async (_ms: number, signal?: AbortSignal) => await REAL_CLOCK.sleep(1, signal),
};

describe("the authorizer of roles", () => {
  it("lists again when its watch has expired or failed, and keeps to what it knew until then", async () => {
    const api = await startTestApi();
    const log = new RecordingLog();
    let failures: readonly (() => Error)[] = [
      () => new PlatformError({ code: "Expired", message: "too old" }),
      () => new Error("the disk is away"),
    ];
    const store: ResourceReader = {
      get: (kind, key) => api.store.get(kind, key),
      list: (kind, options) => api.store.list(kind, options),
      watch: (kind, options) => {
        const [failure, ...rest] = failures;
        if (kind.plural !== CLUSTER_ROLE.plural || failure === undefined) return api.store.watch(kind, options);
        failures = rest;
        throw failure();
      },
    };
    const authorizer = await startRoleAuthorizer({ store, clock: impatient, log });
    const isAllowed = async (): Promise<boolean> => (await authorizer.authorize(request)).allowed;

    expect(await isAllowed()).toBe(false);
    const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
    await api.store.create(CLUSTER_ROLE, { apiVersion: RBAC, kind: "ClusterRole", metadata: { name: "r" }, rules });
    await api.store.create(CLUSTER_ROLE_BINDING, {
      apiVersion: RBAC,
      kind: "ClusterRoleBinding",
      metadata: { name: "b" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "r" },
      subjects: [{ kind: "User", name: "somebody" }],
    });
    await expect.poll(isAllowed).toBe(true);
    await api.store.delete(CLUSTER_ROLE_BINDING, { namespace: "", name: "b" });
    await expect.poll(isAllowed).toBe(false);

    expect(log.entries.map(({ level, fields }) => [level, fields["error"]])).toEqual([
      ["warn", "Error: the disk is away"],
    ]);
    await authorizer.close();
    await api.close();
  });
});
