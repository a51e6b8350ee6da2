import { beforeEach, describe, expect, it } from "vitest";
import { authorizedStore } from "../../../src/platform/authorized-resource-store.ts";
import { PlatformError } from "../../../src/platform/errors.ts";
import type { ResourceReader, ResourceStore } from "../../../src/platform/resource-store.ts";
import { requireServedKinds } from "../../../src/programs/cluster/required-kinds.ts";
import type { Kind } from "../../../src/resources/kind.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

let store: ResourceStore;

beforeEach(async () => {
  store = await temporaryStore();
});

/** As an API server answers for a kind whose CustomResourceDefinition is missing. */
function without(plural: string): ResourceReader {
  const list: ResourceReader["list"] = async (kind, options) => {
    if ((kind as Kind).plural !== plural) return await store.list(kind, options);
    throw new PlatformError({ code: "NotFound", message: "the server could not find the requested resource" });
  };
  return { get: store.get.bind(store), watch: store.watch.bind(store), list };
}

describe("what a cluster must serve", () => {
  it("is there: nothing is said", async () => {
    await expect(requireServedKinds(store, "runs")).resolves.toBeUndefined();
  });

  it.each([
    ["coderuns", "coderuns.agents.platform/v1", "kubectl apply --server-side -f charts/runyard/crds"],
    ["docsruns", "docsruns.agents.platform/v1", "kubectl apply --server-side -f charts/runyard/crds"],
    ["workflows", "workflows.argoproj.io/v1alpha1", "install Argo Workflows"],
  ])("is missing: %s are named with the command that brings them", async (plural, name, fix) => {
    await expect(requireServedKinds(without(plural), "runs")).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining(name),
      hint: expect.stringContaining(fix),
    });
  });

  it("may not be read: the missing right is named", async () => {
    const nobody = { user: "system:serviceaccount:runs:nobody", groups: [] };
    const forbidden = authorizedStore(store, { authorize: async () => ({ allowed: false, reason: "" }) }, nobody);

    await expect(requireServedKinds(forbidden, "runs")).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringContaining("may not list coderuns.agents.platform/v1 in the namespace runs"),
      hint: expect.stringContaining("runyard-controller"),
    });
  });
});
