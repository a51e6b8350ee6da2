import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import {
  buildAgentsConfigMap,
  buildConfigurationConfigMap,
  buildParametersConfigMap,
  buildSemaphoresConfigMap,
} from "../../src/configuration/build-installation.ts";
import { checkValues } from "../../src/configuration/parse-values.ts";
import { readKeptValues, toConfiguration } from "../../src/configuration/to-configuration.ts";

const values = checkValues(parse(readFileSync(new URL("../../charts/runyard/values.yaml", import.meta.url), "utf8")));
const configuration = toConfiguration(values);

describe("controller-agents", () => {
  it("has one system prompt per App, with front matter, and every profile in agents.yaml", () => {
    const { data } = buildAgentsConfigMap(configuration, "runyard", stringify);

    expect(data?.["Runyard-Clippy_system-prompt.md"]).toMatch(
      /^---\nname: clippy\ndescription: .*\n---\nYou make every/,
    );
    expect(parse(data?.["agents.yaml"] ?? "").agents).toHaveLength(configuration.agents.length);
  });

  it("keeps the first profile's prompt where two share an App", () => {
    const [first, second] = configuration.agents;
    const shared = {
      ...configuration,
      agents: [first, { ...second, githubApp: first?.githubApp }],
    } as typeof configuration;

    const { data } = buildAgentsConfigMap(shared, "runyard", stringify);

    expect(Object.keys(data ?? {})).toEqual(["agents.yaml", "Runyard-Author_system-prompt.md"]);
    expect(data?.["Runyard-Author_system-prompt.md"]).toContain("You implement the task");
  });
});

describe("runyard-configuration", () => {
  it("comes back as it was", () => {
    const { data } = buildConfigurationConfigMap(values, "runyard");

    expect(toConfiguration(readKeptValues(data?.["values.json"] ?? ""))).toEqual(configuration);
  });
});

describe("parameters and semaphores", () => {
  it("carries the label without which Argo does not read it", () => {
    const built = buildParametersConfigMap(values, "runyard");

    expect(built.metadata.labels?.["workflows.argoproj.io/configmap-type"]).toBe("Parameter");
    expect(built.data?.["agent-image"]).toBe(values.images.agent);
  });

  it("has the global limit from the start", () => {
    expect(buildSemaphoresConfigMap(configuration, "runyard").data).toEqual({ global: "8" });
  });
});
