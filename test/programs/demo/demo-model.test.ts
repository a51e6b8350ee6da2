import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { checkValues, mergeValues } from "../../../src/configuration/parse-values.ts";
import { parseYaml } from "../../../src/languages/yaml.ts";
import { parseScript } from "../../../src/model-simulator/script.ts";
import { buildValues, chooseModel, type DemoModel } from "../../../src/programs/demo/demo-model.ts";
import { STAGE_SCRIPTS } from "../../../src/programs/demo/scripts/stage-scripts.ts";

const CHART_VALUES = await readFile(new URL("../../../charts/runyard/values.yaml", import.meta.url), "utf8");
const SCRIPTED: DemoModel = { kind: "scripted", name: "scripted-model" };

function valuesWith(model: DemoModel) {
  const overlay = buildValues({
    chartValues: CHART_VALUES,
    model,
    appIds: { "runyard-author": 41 },
    repository: "acme/pricing",
    apiUrl: "http://127.0.0.1:1/api/v3",
    webUrl: "http://127.0.0.1:1",
    scriptedModelUrl: "http://127.0.0.1:2",
    registryUrl: "http://127.0.0.1:3",
    webhookPort: 4,
  });
  return checkValues(mergeValues(parseYaml(CHART_VALUES), parseYaml(overlay)));
}

test("the values are ones that the engine accepts, with the simulator's Apps and the scripted model alone", () => {
  const values = valuesWith(SCRIPTED);

  expect(values.agents.find(({ name }) => name === "author")).toMatchObject({ appId: 41, model: "scripted-model" });
  expect(values.models).toMatchObject([{ name: "scripted-model", upstream: "http://127.0.0.1:2/v1" }]);
});

test("a real model is asked at its provider, by the agent that speaks its protocol", () => {
  const model = chooseModel("claude-x", { ANTHROPIC_API_KEY: "k" });

  const values = valuesWith(model as DemoModel);

  expect(values.models).toMatchObject([{ name: "claude-x", protocol: "anthropic-messages" }]);
  expect(new Set(values.agents.map(({ cli }) => cli))).toEqual(new Set(["claude"]));
});

test("a real model is asked where the environment says its provider is", () => {
  const model = chooseModel("gpt-x", { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://127.0.0.1:9/v1/" });

  expect(valuesWith(model as DemoModel).models).toMatchObject([{ name: "gpt-x", upstream: "http://127.0.0.1:9/v1" }]);
  expect(chooseModel("gpt-x", { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "nowhere" })).toContain("OPENAI_BASE_URL");
});

test("a real model without a key is refused with the variable that is missing", () => {
  expect(chooseModel("gpt-x", {})).toContain("OPENAI_API_KEY");
});

test("without a name the scripted model is used, whatever keys there are", () => {
  expect(chooseModel(undefined, { OPENAI_API_KEY: "k" })).toEqual(SCRIPTED);
});

test("every script can be played, and is chosen by words that the chart's agents really say", () => {
  for (const { match, ...script } of Object.values(STAGE_SCRIPTS)) {
    expect(() => parseScript({ match, ...script })).not.toThrow();
    expect(CHART_VALUES).toContain(match[0]);
  }
});
