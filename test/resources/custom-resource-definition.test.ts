import { describe, expect, it } from "vitest";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { CONFIG_MAP, NAMESPACE } from "../../src/resources/core.ts";
import { customResourceDefinition } from "../../src/resources/custom-resource-definition.ts";

describe("customResourceDefinition", () => {
  it("carries names, columns, schema and the status subresource of CodeRun", () => {
    const definition = customResourceDefinition(CODE_RUN, CODE_RUN.schema ?? {});

    expect(definition.metadata.name).toBe("coderuns.agents.platform");
    expect(definition.spec).toMatchObject({
      group: "agents.platform",
      scope: "Namespaced",
      names: { kind: "CodeRun", plural: "coderuns", singular: "coderun", shortNames: ["cr"] },
      versions: [{ name: "v1", served: true, storage: true, subresources: { status: {} } }],
    });
  });

  it("has no status subresource, or cluster scope, where the kind says so", () => {
    expect(customResourceDefinition(CONFIG_MAP, {}).spec["versions"]).not.toMatchObject([{ subresources: {} }]);
    expect(customResourceDefinition(NAMESPACE, {}).spec["scope"]).toBe("Cluster");
  });
});
