// Contract cases: lists, selectors and pages.
import { expect } from "vitest";
import { refusalCode, type AnyObject, type CaseContext, type ContractCase } from "./resource-store-fixtures.ts";

const SELECTORS = "Labels and Selectors, API";
const FIELDS = "Field Selectors";
const CHUNKS = "API concepts, Retrieving large results sets in chunks";

export function listCases(contractCase: ContractCase): void {
  contractCase("a list is sorted by namespace and name", "API concepts, Collections", async (context) => {
    const { store, kind, make, namespace, otherNamespace } = context;
    const dotted = kind.namespaced ? "a.b" : "a-b";
    for (const name of ["c", "a", dotted, "b-1"]) await store.create(kind, make(name));
    if (kind.namespaced) await store.create(kind, make("a", { namespace: otherNamespace }));

    const list = await store.list(kind, { labelSelector: `case=${context.id}` });

    const found = list.items.map(({ metadata }) => `${metadata.namespace ?? ""}/${suffix(metadata.name)}`);
    const expected = ["a", dotted, "b-1", "c"].map((name) => `${namespace}/${name}`);
    const other = kind.namespaced ? [`${otherNamespace}/a`] : [];
    expect(found).toEqual(otherNamespace < namespace ? [...other, ...expected] : [...expected, ...other]);
    expect(list.resourceVersion).toMatch(/^\S+$/);
  });

  contractCase("a list of a namespace has nothing of another", "Namespaces", async (context) => {
    const { store, kind, make, otherNamespace, namespace } = context;
    if (!kind.namespaced) return;
    await store.create(kind, make("here"));
    await store.create(kind, make("there", { namespace: otherNamespace }));

    expect(await names(context, { namespace })).toEqual(["here"]);
    expect(await names(context, { namespace: otherNamespace })).toEqual(["there"]);
    expect(await names(context, { namespace: "no-such-namespace" })).toEqual([]);
  });

  contractCase("label selectors choose by every operator", SELECTORS, async (context) => {
    const { store, kind, make } = context;
    await store.create(kind, make("a", { labels: { tier: "front", "example.com/size": "3" } }));
    await store.create(kind, make("b", { labels: { tier: "back" } }));
    await store.create(kind, make("c"));
    const table: [string, string[]][] = [
      ["", ["a", "b", "c"]],
      ["tier=front", ["a"]],
      ["tier==back", ["b"]],
      ["tier!=front", ["b", "c"]],
      ["tier in (front, back)", ["a", "b"]],
      ["tier notin (front)", ["b", "c"]],
      ["tier", ["a", "b"]],
      ["!tier", ["c"]],
      ["tier,example.com/size=3", ["a"]],
      ["tier in (front,back),!example.com/size", ["b"]],
    ];

    for (const [labelSelector, expected] of table) {
      const found = await names(context, {
        labelSelector: [labelSelector, `case=${context.id}`].filter(Boolean).join(","),
      });
      expect([labelSelector, found]).toEqual([labelSelector, expected]);
    }
  });

  contractCase("field selectors choose by name and namespace", FIELDS, async (context) => {
    const { store, kind, make, key, namespace } = context;
    for (const name of ["a", "b"]) await store.create(kind, make(name));
    const { name } = key("a");

    expect(await names(context, { fieldSelector: `metadata.name=${name}` })).toEqual(["a"]);
    expect(await names(context, { fieldSelector: `metadata.name!=${name}` })).toEqual(["b"]);
    if (!kind.namespaced) return;
    expect(await names(context, { fieldSelector: `metadata.namespace=${namespace},metadata.name=${name}` })).toEqual([
      "a",
    ]);
    expect(await names(context, { fieldSelector: "metadata.namespace=elsewhere" })).toEqual([]);
  });

  contractCase("a selector that cannot be read is Invalid", SELECTORS, async (context) => {
    const { store, kind } = context;

    expect(await refusalCode(store.list(kind, { labelSelector: "a in b" }))).toBe("Invalid");
    expect(await refusalCode(store.list(kind, { fieldSelector: "spec.unknown=1" }))).toBe("Invalid");
  });

  contractCase("pages show one state, whatever changes between them", CHUNKS, async (context) => {
    const { store, kind, make, key } = context;
    const labelSelector = `case=${context.id}`;
    for (const name of ["a", "c", "e", "g"]) await store.create(kind, make(name));

    const first = await store.list(kind, { labelSelector, limit: 2 });
    await store.create(kind, make("d"));
    await store.delete(kind, key("e"));
    await store.update(kind, make("g", {}, 2));
    await store.create(kind, make("h"));
    const second = await store.list(kind, { labelSelector, limit: 2, continue: first.continue ?? "" });

    // Of secrets our own store keeps no former state, and says so here.
    const isOfLater = kind.confidential === true && !context.keepsSecretHistory;
    expect(shortNames(first.items)).toEqual(["a", "c"]);
    expect(shortNames(second.items)).toEqual(isOfLater ? ["d", "g"] : ["e", "g"]);
    expect(second.resourceVersion).toBeDefined();
    if (!isOfLater) {
      expect(second.resourceVersion).toBe(first.resourceVersion);
      expect(second.items[1]).toMatchObject(context.class.content(1));
    }
  });

  contractCase("the last page has no continue token, and a limit of all needs one page", CHUNKS, async (context) => {
    const { store, kind, make } = context;
    const labelSelector = `case=${context.id}`;
    for (const name of ["a", "b", "c"]) await store.create(kind, make(name));

    const seen: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const list = await store.list(kind, {
        labelSelector,
        limit: 2,
        ...(token === undefined ? {} : { continue: token }),
      });
      seen.push(...shortNames(list.items));
      token = list.continue;
      if (token === undefined) break;
    }

    expect([seen, token]).toEqual([["a", "b", "c"], undefined]);
    expect((await store.list(kind, { labelSelector })).continue).toBeUndefined();
  });
}

async function names(
  context: CaseContext,
  options: { namespace?: string; labelSelector?: string; fieldSelector?: string },
): Promise<readonly string[]> {
  const labelSelector = options.labelSelector ?? `case=${context.id}`;
  return shortNames((await context.store.list(context.kind, { ...options, labelSelector })).items);
}

function shortNames(items: readonly AnyObject[]): readonly string[] {
  return items.map((item) => suffix(item.metadata.name));
}

/** The name without the case's prefix `case-<time>-<number>-`. */
function suffix(name: string): string {
  return name.split("-").slice(3).join("-");
}
