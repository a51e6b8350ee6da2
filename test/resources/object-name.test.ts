import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  generatedName,
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isQualifiedName,
  namespaceNameProblem,
  objectNameProblem,
} from "../../src/resources/object-name.ts";

const POD = { group: "", kind: "Pod" };
const ROLE = { group: "rbac.authorization.k8s.io", kind: "Role" };

describe("the name of an object", () => {
  test.each(["a", "a-b", "a.b-c.1", "0", "a".repeat(253)])("may be %s", (name) => {
    expect(objectNameProblem(POD, name)).toBeUndefined();
  });

  test.each(["", "A", "-a", "a-", "a..b", ".", "..", "a/b", "a_b", "ü", "a\n", "a".repeat(254)])(
    "may not be %j",
    (name) => {
      expect(objectNameProblem(POD, name)).toContain("DNS-1123 subdomain");
    },
  );

  test("is a label for a namespace, and a path segment for a role", () => {
    expect(objectNameProblem({ group: "", kind: "Namespace" }, "a.b")).toContain("DNS-1123 label");
    expect(namespaceNameProblem("a.b")).toContain("DNS-1123 label");
    expect(namespaceNameProblem("a-b")).toBeUndefined();
    expect(objectNameProblem(ROLE, "system:Node")).toBeUndefined();
    expect(["..", "a/b", "50%", ""].map((name) => objectNameProblem(ROLE, name) === undefined)).toEqual(
      Array(4).fill(false),
    );
  });
});

test("keys have an optional subdomain before the slash", () => {
  expect(["a", "A_b.c", "example.com/Name", `${"a".repeat(253)}/${"b".repeat(63)}`].every(isQualifiedName)).toBe(true);
  expect(["", "/a", "a/", "a/b/c", "Example.com/a", "-a", "a".repeat(64)].some(isQualifiedName)).toBe(false);
});

test("values may be empty and have at most 63 characters", () => {
  expect(["", "a", "A.b_c-d", "v".repeat(63)].every(isLabelValue)).toBe(true);
  expect(["-a", "a b", "ü", "v".repeat(64)].some(isLabelValue)).toBe(false);
});

test("a label is also a subdomain, but not the other way round", () => {
  expect([isDnsLabel("a-b"), isDnsSubdomain("a-b"), isDnsLabel("a.b"), isDnsSubdomain("a.b")]).toEqual([
    true,
    true,
    false,
    true,
  ]);
});

test("a generated name keeps its beginning, and is legal however long that is", () => {
  const beginning = fc.stringMatching(/^[a-z][a-z0-9-]{0,100}$/);
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(beginning, chance, (generateName, random) => {
      const name = generatedName(generateName, () => random);

      expect(name.startsWith(generateName.slice(0, 58))).toBe(true);
      expect(isDnsLabel(name)).toBe(true);
      expect(name.length).toBe(Math.min(generateName.length, 58) + 5);
    }),
  );
});

test("a namespace is named by a label, not by a subdomain", () => {
  const namespace = { group: "", kind: "Namespace" };

  expect(objectNameProblem(namespace, "alpha")).toBeUndefined();
  expect(objectNameProblem(namespace, "alpha.beta")).toContain("DNS-1123 label");
});
