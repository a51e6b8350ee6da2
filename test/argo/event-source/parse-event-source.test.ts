import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { parseEventSource } from "../../../src/argo/event-source/parse-event-source.ts";
import { parseYaml } from "../../../src/languages/yaml.ts";

const chart = new URL("../../../charts/runyard/pipelines/event-source.yaml", import.meta.url);
const webhook = { endpoint: "/github", port: "12000" };

function problemsOf(spec: unknown): string {
  const parsed = parseEventSource(spec);
  return parsed.isValid ? "" : parsed.problems.map(({ path, message }) => `${path} ${message}`).join("\n");
}

it("the event source of the chart is accepted", () => {
  const document = parseYaml(readFileSync(chart, "utf8")) as { spec: unknown };

  expect(problemsOf(document.spec)).toBe("");
});

it("a port may be written as a number", () => {
  const parsed = parseEventSource({ github: { runyard: { webhook: { ...webhook, port: 12000 } } } });

  expect(parsed.isValid && parsed.spec.github?.["runyard"]?.webhook.port).toBe("12000");
});

it.each<readonly [object, string]>([
  [{ kafka: {} }, "spec.kafka is not supported: only github events"],
  [{ github: { a: { webhook, apiToken: { name: "t", key: "k" } } } }, "spec.github.a.apiToken is not supported"],
  [{ github: { a: {} } }, "spec.github.a.webhook is required"],
  [{ github: { a: { webhook: { ...webhook, port: "http" } } } }, "spec.github.a.webhook.port must be a port number"],
  [{ github: { a: { webhook: { ...webhook, endpoint: "x" } } } }, "spec.github.a.webhook.endpoint must be a path"],
  [
    { github: { a: { webhook: { ...webhook, serverCertSecret: {} } } } },
    "spec.github.a.webhook.serverCertSecret is not supported",
  ],
  [
    { github: { a: { webhook: { ...webhook, maxPayloadSize: 1e9 } } } },
    "spec.github.a.webhook.maxPayloadSize must be from 1",
  ],
  [{ github: { a: { webhook, secret: "x" } } }, "spec.github.a.secret is not a field that is known here"],
  [{ github: {} }, "spec.github has no events"],
  [{}, "spec.github has no events"],
  [{ github: { "a.b": { webhook } } }, "spec.github.a.b must not have a dot: it separates names on the bus"],
  [{ github: { a: { webhook, filter: { expression: "body.action ==" } } } }, "spec.github.a.filter.expression "],
])("case %#: what cannot be received is refused with its path", (spec, problem) => {
  expect(problemsOf(spec)).toContain(problem);
});
