import { describe, expect, test } from "vitest";
import { applyDefaults, pruneUnknownFields } from "../../src/resources/structural-schema.ts";

const text = { type: "string" };

describe("pruning", () => {
  const schema = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          name: text,
          items: { type: "array", items: { type: "object", properties: { key: text } } },
          labels: { type: "object", additionalProperties: { type: "object", properties: { value: text } } },
          free: {
            type: "object",
            "x-kubernetes-preserve-unknown-fields": true,
            properties: { known: { type: "object", properties: {} } },
          },
          template: {
            type: "object",
            "x-kubernetes-embedded-resource": true,
            properties: { spec: { type: "object" } },
          },
          open: { type: "object", additionalProperties: true },
        },
      },
    },
  };

  test("drops unknown fields at every depth and names them", () => {
    const spec = {
      name: "a",
      typo: 1,
      items: [{ key: "a" }, { key: "b", other: 2 }],
      labels: { any: { value: "a", extra: 3 } },
    };
    const pruned = pruneUnknownFields(schema, { spec, extra: true });

    expect(pruned.value).toEqual({
      spec: { name: "a", items: [{ key: "a" }, { key: "b" }], labels: { any: { value: "a" } } },
    });
    expect(pruned.unknownFields).toEqual(["spec.typo", "spec.items[1].other", "spec.labels.any.extra", "extra"]);
  });

  test("keeps what is unknown below a preserving schema, but prunes what it names", () => {
    const free = { anything: { deep: [1] }, known: { gone: true } };
    const pruned = pruneUnknownFields(schema, { spec: { free, open: { a: { b: 1 } } } });

    expect(pruned.value).toEqual({ spec: { free: { anything: { deep: [1] }, known: {} }, open: { a: { b: 1 } } } });
    expect(pruned.unknownFields).toEqual(["spec.free.known.gone"]);
  });

  test("keeps apiVersion, kind and metadata of a resource and of an embedded one only", () => {
    const head = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };

    expect(pruneUnknownFields(schema, { ...head, spec: { template: { ...head, status: {} } } })).toEqual({
      value: { ...head, spec: { template: head } },
      unknownFields: ["spec.template.status"],
    });
    expect(pruneUnknownFields(schema, head, false).unknownFields).toEqual(["apiVersion", "kind", "metadata"]);
  });

  test("leaves alone what is not of the schema's type, and names that mean something to JavaScript", () => {
    const value = { spec: { items: "no list", labels: JSON.parse('{"__proto__": {"value": "a"}}') as object } };
    const pruned = pruneUnknownFields(schema, value);

    expect(JSON.stringify(pruned.value)).toBe('{"spec":{"items":"no list","labels":{"__proto__":{"value":"a"}}}}');
    expect(pruneUnknownFields(schema, { toString: 1 }).unknownFields).toEqual(["toString"]);
  });
});

describe("defaulting", () => {
  const schema = {
    type: "object",
    properties: {
      name: { type: "string", default: "main" },
      count: { type: "integer" },
      maybe: { type: "string", nullable: true, default: "x" },
      settings: { type: "object", default: {}, properties: { deep: { type: "boolean", default: true } } },
      absent: { type: "object", properties: { deep: { type: "boolean", default: true } } },
      list: { type: "array", items: { type: "object", properties: { on: { type: "boolean", default: false } } } },
      map: {
        type: "object",
        additionalProperties: { type: "object", properties: { on: { type: "boolean", default: false } } },
      },
    },
  };

  test("fills in what is missing, also inside defaults, lists and maps, but makes no parent", () => {
    expect(applyDefaults(schema, { list: [{}, { on: true }], map: { a: {} } })).toEqual({
      name: "main",
      maybe: "x",
      settings: { deep: true },
      list: [{ on: false }, { on: true }],
      map: { a: { on: false } },
    });
  });

  test("keeps what is given, and null where it is allowed", () => {
    const given = { name: "", maybe: null, settings: { deep: false } };

    expect(applyDefaults(schema, given)).toEqual(given);
  });

  test("takes null for missing where it is not allowed", () => {
    expect(applyDefaults(schema, { name: null, count: null, maybe: "y", settings: null })).toEqual({
      name: "main",
      maybe: "y",
      settings: { deep: true },
    });
  });

  test("leaves alone what the schema does not describe", () => {
    const given = { unknown: { a: null }, free: [1, { b: 2 }] };

    expect(applyDefaults({ type: "object", properties: { free: { type: "array" } } }, given)).toEqual(given);
    expect(pruneUnknownFields({ type: "array" }, [{ a: 1 }], false)).toEqual({ value: [{ a: 1 }], unknownFields: [] });
  });

  test("never shares a default between two objects", () => {
    const [one, two] = [applyDefaults(schema, {}), applyDefaults(schema, {})] as [
      { settings: object },
      { settings: object },
    ];

    expect(one.settings).not.toBe(two.settings);
  });
});
