import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkValues, mergeValues } from "../../src/configuration/parse-values.ts";
import { serviceName, toConfiguration } from "../../src/configuration/to-configuration.ts";

const chartValues = parse(readFileSync(new URL("../../charts/runyard/values.yaml", import.meta.url), "utf8"));

describe("checkValues", () => {
  it("accepts the chart's own values", () => {
    const configuration = toConfiguration(checkValues(chartValues));

    expect(configuration.agents.map((agent) => agent.role)).toEqual([
      "author",
      "clippy",
      "tests",
      "deploy",
      "acceptance",
      "docs",
    ]);
    expect(configuration.publishMode).toBe("live");
  });

  it("refuses a typo with its path and the fix", () => {
    const values = mergeValues(chartValues, { limits: { runUsdMx: 1 } });

    expect(() => checkValues(values)).toThrow('limits: unknown field "runUsdMx"; did you mean "runUsdMax"?');
  });

  it("refuses a wrong type at the top and inside a list, naming each", () => {
    const agent = { ...chartValues.agents[0], cli: "emacs" };

    expect(() => checkValues({ ...chartValues, agents: [agent] })).toThrow(/agents\[0\]\.cli: /);
    expect(() => checkValues("text")).toThrow("the file: must be a map, not a text");
  });

  it.each(["Shop Author", "shop_author", "-shop", ""])(
    "refuses an App called %j: a Secret and a file carry its name",
    (app) => {
      const agent = { ...chartValues.agents[0], githubApp: app };

      expect(() => checkValues({ ...chartValues, agents: [agent] })).toThrow(
        /agents\[0\]\.githubApp: must be the slug/,
      );
    },
  );

  it("refuses an agent whose model has no price, and two agents of one name", () => {
    const agent = { ...chartValues.agents[0], model: "unknown-model" };

    expect(() => checkValues({ ...chartValues, agents: [agent] })).toThrow(/agents\[0\]\.model: "unknown-model"/);
    expect(() => checkValues({ ...chartValues, agents: [chartValues.agents[0], chartValues.agents[0]] })).toThrow(
      /agents\[1\]\.name: "author" is also the name of agents\[0\]/,
    );
  });
});

describe("checkValues, of a profile's prompt", () => {
  it("refuses front matter that it does not understand, with its path", () => {
    const agent = { ...chartValues.agents[0], systemPrompt: "---\ngate: [npm test]\n---\nYou write.\n" };

    expect(() => checkValues({ ...chartValues, agents: [agent] })).toThrow(
      /agents\[0\]\.systemPrompt: front matter: .*"gate"/,
    );
  });
});

describe("mergeValues", () => {
  it("merges maps by key, replaces lists, and removes what is null", () => {
    const merged = mergeValues({ a: { b: 1, c: 2 }, d: [1], e: 5 }, { a: { b: 3 }, d: [2, 3], e: null, f: 7 });

    expect(merged).toEqual({ a: { b: 3, c: 2 }, d: [2, 3], f: 7 });
  });

  it("takes the overlay where either side is no map", () => {
    expect(mergeValues([1], { a: 1 })).toEqual({ a: 1 });
    expect(mergeValues({ a: 1 }, "text")).toBe("text");
  });
});

describe("toConfiguration", () => {
  it("fills a repository's docs and service from its name", () => {
    const values = checkValues({ ...chartValues, repositories: [{ name: "acme/My.Shop" }] });

    expect(toConfiguration(values).repositories).toEqual([
      {
        name: "acme/My.Shop",
        label: "runyard",
        docsRepository: "acme/My.Shop",
        docsProjectDirectory: ".",
        docsBranch: "main",
        service: "my-shop",
        allowForks: false,
      },
    ]);
  });

  it("keeps what the operator names, and takes slashes off addresses", () => {
    const values = checkValues({
      ...chartValues,
      github: { ...chartValues.github, apiUrl: "https://github.example/api/v3/" },
      repositories: [{ name: "acme/shop", docsRepository: "acme/docs", service: "till" }],
    });

    const configuration = toConfiguration(values);

    expect(configuration.github.apiUrl).toBe("https://github.example/api/v3");
    expect(configuration.repositories[0]).toMatchObject({ docsRepository: "acme/docs", service: "till" });
    expect(serviceName("__")).toBe("");
  });
});
