import { expect, it } from "vitest";

import { LanguageError } from "../../../src/languages/language-error.ts";
import {
  compareVersions,
  satisfiesConstraint,
  SemanticVersion,
} from "../../../src/languages/sprig/semantic-version.ts";

it("versions come in the order of the specification", () => {
  const ordered = [
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-11",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.1.0",
    "2.0.0",
  ];
  for (const [at, left] of ordered.entries()) {
    for (const [other, right] of ordered.entries()) {
      const order = compareVersions(new SemanticVersion(left), new SemanticVersion(right));
      expect(Math.sign(order), `${left} and ${right}`).toBe(Math.sign(at - other));
    }
  }
});

it.each<readonly [constraint: string, version: string, isWithin: boolean]>([
  [">1.2.3", "1.2.4", true],
  [">1.2.3", "1.2.3", false],
  [">1.2", "1.2.9", false],
  [">1.2", "1.3.0", true],
  [">*", "0.0.0", false],
  ["=>1.2", "1.2.0", true],
  ["<1.2.3", "1.2.2", true],
  ["<=1.2.3", "1.2.3", true],
  ["=<1.2.3", "1.2.4", false],
  ["<=1.2", "1.2.9", true],
  ["<=1.2", "1.3.0", false],
  ["!=1.2.3", "1.2.3", false],
  ["!=1.2.3", "1.2.4", true],
  ["!=1.2", "1.2.9", false],
  ["!=1.2.3", "1.2.4-rc.1", true],
  ["1.2.3", "1.2.3", true],
  ["=1.2.3", "1.2.4", false],
  ["1.2.x", "1.2.7", true],
  ["1.X", "2.0.0", false],
  ["*", "4.5.6", true],
  ["*", "4.5.6-rc.1", false],
  ["~1.2.3", "1.2.9", true],
  ["~>1.2.3", "1.3.0", false],
  ["^0.2.3", "0.2.9", true],
  ["^0.2.3", "0.3.0", false],
  ["^0.0.3", "0.0.4", false],
  ["^0.0.3-beta.2", "0.0.3", true],
  ["^0.0.3-beta.2", "0.0.3-beta.2", true],
  ["^0.0.3-beta.2", "0.0.3-beta.1", false],
  ["^0.0", "0.0.9", true],
  ["^0", "0.9.0", true],
])("the constraint %s on the version %s is %s", (constraint, version, isWithin) => {
  expect(satisfiesConstraint(constraint, new SemanticVersion(version))).toBe(isWithin);
});

it.each(["", "1.2 ||", ">>1", "one"])("'%s' is no constraint", (constraint) => {
  expect(() => satisfiesConstraint(constraint, new SemanticVersion("1.0.0"))).toThrow("improper constraint");
});

it("what is missing of a version is zero, and a text without a number is no version", () => {
  expect(new SemanticVersion("v1").toString()).toBe("1.0.0");
  expect(new SemanticVersion("1.2+build.5").toString()).toBe("1.2.0+build.5");
  expect(() => new SemanticVersion("latest")).toThrow(LanguageError);
});

it("a version has methods that show and compare it", () => {
  const version = new SemanticVersion("v1.2.3-rc.1+build");
  const call = (name: string, ...args: SemanticVersion[]): unknown => version.method(name)?.(...args);

  expect(["Major", "Minor", "Patch"].map((name) => call(name))).toEqual([1n, 2n, 3n]);
  expect(["Prerelease", "Metadata", "Original"].map((name) => call(name))).toEqual([
    "rc.1",
    "build",
    "v1.2.3-rc.1+build",
  ]);
  const release = new SemanticVersion("1.2.3");
  expect(["Compare", "LessThan", "GreaterThan", "Equal"].map((name) => call(name, release))).toEqual([
    -1n,
    true,
    false,
    false,
  ]);
  expect(() => version.method("Compare")?.("1.2.3")).toThrow("a *semver.Version was expected");
});

it("a version has no other methods, such as those of JavaScript's objects", () => {
  const version = new SemanticVersion("1.2.3");

  expect(version.method("Bump")).toBeUndefined();
  expect(version.method("constructor")).toBeUndefined();
});
