import { expect, it } from "vitest";
import { appSecretName, requiredSecrets } from "../../src/configuration/required-secrets.ts";
import { CONFIGURATION } from "../support/admission-facts.ts";

it("names each Secret once: the webhook's, one per App, one per place of keys for the models in use", () => {
  const [first] = CONFIGURATION.agents;
  if (first === undefined) throw new Error("the chart has agents");
  const agents = [first, { ...first, key: "other" }, { ...first, key: "third", githubApp: "Other App" }];

  const secrets = requiredSecrets({ ...CONFIGURATION, agents });

  expect(secrets.map(({ name, keys }) => `${name}: ${keys.join(", ")}`)).toEqual([
    "github-webhook: secret",
    "github-app-runyard-author: app-id, private-key",
    "github-app-other-app: app-id, private-key",
    "model-keys: openai",
  ]);
});

it("names the Secret of an App as existing installations do", () => {
  expect(appSecretName("5DLabs_Rex Bot")).toBe("github-app-5dlabs-rex-bot");
});
