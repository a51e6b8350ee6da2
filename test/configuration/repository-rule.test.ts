import { describe, expect, it } from "vitest";
import type { RepositoryRule } from "../../src/configuration/configuration.ts";
import { ruleFor } from "../../src/configuration/repository-rule.ts";

function rule(name: string, changes: Partial<RepositoryRule> = {}): RepositoryRule {
  return {
    name,
    label: "runyard",
    docsRepository: name,
    docsProjectDirectory: ".",
    docsBranch: "main",
    service: "",
    allowForks: false,
    ...changes,
  };
}

const RULES = [rule("acme/*", { label: "all" }), rule("acme/shop", { service: "shop", label: "own" })];

describe("the rule of a repository", () => {
  it("is the one of its name, wherever it stands in the list, and in any case of letters", () => {
    expect(ruleFor(RULES, "acme/shop")).toBe(RULES[1]);
    expect(ruleFor(RULES, "Acme/SHOP")).toBe(RULES[1]);
  });

  it("is else its owner's, with the wildcard filled in", () => {
    expect(ruleFor(RULES, "Acme/Price.List")).toEqual(
      rule("Acme/Price.List", { label: "all", docsRepository: "Acme/Price.List", service: "price-list" }),
    );
  });

  it("keeps the docs repository and the service that the owner's rule names", () => {
    const rules = [rule("acme/*", { docsRepository: "acme/docs", service: "everything" })];

    expect(ruleFor(rules, "acme/shop")).toMatchObject({ docsRepository: "acme/docs", service: "everything" });
  });

  it.each(["other/shop", "acme", "acme-corp/shop", ""])("is missing for %j", (repository) => {
    expect(ruleFor(RULES, repository)).toBeUndefined();
  });
});
