import { describe, expect, it } from "vitest";
import { negotiate } from "../../src/api-server/media-type.ts";
import { buildTable } from "../../src/api-server/table.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { CONFIG_MAP, EVENT } from "../../src/resources/core.ts";
import type { Kind } from "../../src/resources/kind.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import { POD } from "../../src/resources/pod.ts";

const NOW = Date.parse("2030-01-01T00:10:00Z");
const metadata = { name: "one", namespace: "agents", creationTimestamp: "2030-01-01T00:00:00Z" };
const table = (
  kind: Kind,
  object: Readonly<Record<string, unknown>>,
  include: "None" | "Metadata" | "Object" = "Metadata",
) =>
  buildTable(
    kind,
    [{ metadata, ...object } as unknown as KubernetesObject],
    { resourceVersion: "7" },
    { include, now: NOW },
  ) as {
    readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
    readonly rows: readonly { readonly cells: readonly unknown[]; readonly object?: unknown }[];
  };

describe("a table", () => {
  it("starts with the name and ends with the age", () => {
    const { columnDefinitions, rows } = table(CONFIG_MAP, {});

    expect(columnDefinitions.map(({ name }) => name)).toEqual(["Name", "Age"]);
    expect(rows[0]?.cells).toEqual(["one", "10m"]);
  });

  it("shows the kind's columns, wide ones with priority 1", () => {
    const { columnDefinitions, rows } = table(POD, { status: { phase: "Failed", reason: "Evicted" } });

    expect(columnDefinitions.map(({ name, priority }) => [name, priority])).toEqual([
      ["Name", 0],
      ["Status", 0],
      ["Reason", 1],
      ["Age", 0],
    ]);
    expect(rows[0]?.cells).toEqual(["one", "Failed", "Evicted", "10m"]);
  });

  it("leaves a cell empty where there is no value, and says when a time is unknown", () => {
    expect(table(CODE_RUN, { metadata: { name: "one" } }).rows[0]?.cells).toEqual([
      "one",
      null,
      null,
      null,
      null,
      "<unknown>",
    ]);
  });

  it("lets a kind place its name and date itself", () => {
    const { columnDefinitions } = table(EVENT, {});

    expect(columnDefinitions.filter(({ name }) => name === "Name" || name === "Age")).toEqual([
      expect.objectContaining({ name: "Name", priority: 1 }),
    ]);
  });

  it("holds the whole object, its metadata, or nothing beside the cells", () => {
    expect(table(CONFIG_MAP, { data: { a: "b" } }).rows[0]?.object).toEqual({
      kind: "PartialObjectMetadata",
      apiVersion: "meta.k8s.io/v1",
      metadata,
    });
    expect(table(CONFIG_MAP, { data: { a: "b" } }, "Object").rows[0]?.object).toEqual({ metadata, data: { a: "b" } });
    expect(table(CONFIG_MAP, {}, "None").rows[0]).not.toHaveProperty("object");
  });
});

describe("an Accept header", () => {
  const offered = ["object", "table", "partial"] as const;

  it.each([
    [undefined, "object"],
    ["*/*", "object"],
    ["application/json", "object"],
    ["application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "table"],
    ["application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "object"],
    ["application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "partial"],
    ["application/vnd.kubernetes.protobuf, application/json", "object"],
  ])("%s is answered with %s", (accept, expected) => {
    expect(negotiate(accept, offered)).toBe(expected);
  });

  it("is refused when nothing in it can be answered", () => {
    expect(() => negotiate("application/vnd.kubernetes.protobuf", offered)).toThrow("application/json");
  });
});
