import { describe, expect, it } from "vitest";
import { readRequirements } from "../../../src/controllers/agent-run/requirements.ts";

const read = (text: string) => readRequirements(Buffer.from(text).toString("base64"));

describe("requirements.yaml", () => {
  it("names secrets by key and variable, and a plain environment", () => {
    const text =
      "secrets:\n- name: pay\n  keys: [{token: PAY}, {url: PAY_URL}]\nenvironment: {A: x, PORT: 80, DEBUG: true}\n";

    expect(read(text)).toEqual({
      environment: { A: "x", PORT: "80", DEBUG: "true" },
      secrets: [
        { secret: "pay", key: "token", name: "PAY" },
        { secret: "pay", key: "url", name: "PAY_URL" },
      ],
    });
  });

  it("may be empty", () => {
    expect(read("")).toEqual({ environment: {}, secrets: [] });
    expect(read("{}")).toEqual({ environment: {}, secrets: [] });
  });

  for (const [text, problem] of [
    ["[]", "must be a map"],
    ["volumes: []", "volumes: is unknown"],
    ["environment: []", "environment: must be a map"],
    ["environment: {A-B: x}", "environment.A-B: is no name"],
    ["environment: {A: {}}", "environment.A: must be a text"],
    ["secrets: {}", "secrets: must be a list"],
    ["secrets: [x]", "secrets[0].name: is missing"],
    ["secrets: [{keys: []}]", "secrets[0].name: is missing"],
    ["secrets: [{name: a}]", "secrets[0].keys: must list the keys"],
    ["secrets: [{name: a, keys: []}]", "secrets[0].keys: must list the keys"],
    ["secrets: [{name: a, keys: [b]}]", "secrets[0].keys: each entry is a map"],
    ["secrets: [{name: a, keys: [{b: 1}]}]", "secrets[0].keys.b: must be the name"],
    ["secrets: [{name: a, keys: [{b: '1x'}]}]", "secrets[0].keys.b: must be the name"],
    ["a: [", "is no YAML"],
  ] as const) {
    it(`refuses ${text}`, () => {
      expect(read(text)).toContain(problem);
    });
  }

  it("refuses what is no base64", () => {
    expect(readRequirements("%%")).toContain("is no base64");
  });
});
