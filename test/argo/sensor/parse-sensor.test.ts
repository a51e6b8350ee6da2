import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { parseSensor } from "../../../src/argo/sensor/parse-sensor.ts";
import { parseYamlDocuments } from "../../../src/languages/yaml.ts";

const chart = new URL("../../../charts/runyard/pipelines/", import.meta.url);

function problemsOf(spec: unknown): readonly string[] {
  const parsed = parseSensor(spec);
  return parsed.isValid ? [] : parsed.problems.map(({ path, message }) => `${path} ${message}`);
}

function sensor(
  change: { readonly dependency?: object; readonly trigger?: object; readonly template?: object } = {},
): object {
  return {
    dependencies: [{ name: "push", eventSourceName: "github", eventName: "runyard", ...change.dependency }],
    triggers: [
      {
        template: {
          name: "run",
          k8s: { operation: "patch", source: { resource: { apiVersion: "v1", kind: "ConfigMap" } } },
          ...change.template,
        },
        ...change.trigger,
      },
    ],
  };
}

const dead = { template: { name: "dead", log: {} } };

/** The plain sensor with a data filter that is changed. */
function withData(change: object): object {
  const data = [{ path: "a", type: "string", value: ["x"], ...change }];
  return sensor({ dependency: { filters: { data } } });
}

/** A template that submits a workflow, changed. */
function submit(change: object): object {
  const source = { resource: { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" } };
  return { k8s: undefined, argoWorkflow: { operation: "submit", source, ...change } };
}

function patch(change: object): object {
  return { k8s: { operation: "patch", source: { resource: { apiVersion: "v1", kind: "ConfigMap" } }, ...change } };
}

/** The plain sensor with an entry of one of its lists there twice. */
function twice(list: "dependencies" | "triggers"): object {
  const spec = sensor() as Record<typeof list, readonly unknown[]>;
  return { ...spec, [list]: [...spec[list], ...spec[list]] };
}

describe("the sensors of the chart", () => {
  for (const file of readdirSync(chart).filter((name) => name.startsWith("sensor-"))) {
    it(`${file} is accepted`, () => {
      const [document] = parseYamlDocuments(readFileSync(new URL(file, chart), "utf8")) as { spec: unknown }[];

      expect(problemsOf(document?.spec)).toEqual([]);
    });
  }
});

it("a plain sensor is accepted and fields without an effect are dropped", () => {
  const parsed = parseSensor({ ...sensor(), eventBusName: "default", replicas: 2 });

  expect(parsed.isValid && Object.keys(parsed.spec)).toEqual(["dependencies", "triggers"]);
});

it("a filter of a number or a truth value needs no pattern, and an empty strategy is the default one", () => {
  expect(problemsOf(withData({ type: "number", value: ["("] }))).toEqual([]);
  expect(problemsOf(sensor({ template: patch({ patchStrategy: "" }) }))).toEqual([]);
});

it.each<readonly [object, string]>([
  [sensor({ template: { http: { url: "https://example.com" } } }), "spec.triggers[0].template.http is not supported"],
  [
    sensor({ template: { atLeastOnce: true } }),
    "spec.triggers[0].template.atLeastOnce is not a field that is known here",
  ],
  [sensor({ dependency: { transform: { jq: "." } } }), "spec.dependencies[0].transform is not supported"],
  [
    sensor({ dependency: { filters: { script: "return true" } } }),
    "spec.dependencies[0].filters.script is not supported",
  ],
  [sensor({ template: { conditions: "push && pull" } }), "spec.triggers[0].template.conditions there is no dependency"],
  [sensor({ trigger: { policy: {} } }), "spec.triggers[0].policy is not supported"],
  [
    sensor({ template: { k8s: { operation: "replace", source: { resource: { apiVersion: "v1", kind: "X" } } } } }),
    'spec.triggers[0].template.k8s.operation must be one of create, update, patch, delete, is "replace"',
  ],
  [
    sensor({ dependency: { filters: { data: [{ path: "a", type: "string", value: ["("] }] } } }),
    "spec.dependencies[0].filters.data[0] error parsing regexp",
  ],
  [
    sensor({ dependency: { filters: { data: [{ path: "a", type: "string", comparator: ">", value: ["x"] }] } } }),
    'spec.dependencies[0].filters.data[0] the comparator ">" does nothing for the type string',
  ],
  [
    sensor({ dependency: { filters: { exprs: [{ expr: "a ==", fields: [{ name: "a", path: "a" }] }] } } }),
    "spec.dependencies[0].filters.exprs[0].expr Unexpected end of expression",
  ],
  [
    sensor({ dependency: { filters: { time: { start: "8 o'clock", stop: "10:00:00" } } } }),
    "spec.dependencies[0].filters.time parsing time",
  ],
  [
    sensor({ trigger: { parameters: [{ src: { dependencyName: "x", value: "v" }, dest: "" }] } }),
    "spec.triggers[0].parameters[0].src.dependencyName there is no dependency with the name x",
  ],
  [
    sensor({ trigger: { dlqTrigger: { template: { name: "dead", log: {} } } } }),
    "spec.triggers[0].dlqTrigger needs atLeastOnce",
  ],
  [{ dependencies: [], triggers: [] }, "spec.dependencies has no entries\nspec.triggers has no entries"],
  [twice("dependencies"), "spec.dependencies has the name push twice"],
  [twice("triggers"), "spec.triggers has the name run twice"],
  [
    sensor({ dependency: { filtersLogicalOperator: "xor" } }),
    'spec.dependencies[0].filtersLogicalOperator must be "and" or "or", is "xor"',
  ],
  [withData({ type: "date" }), 'the type must be bool, number or string, is "date"'],
  [withData({ path: "" }), "spec.dependencies[0].filters.data[0] the path is empty"],
  [withData({ value: [] }), "spec.dependencies[0].filters.data[0] the value has no entries"],
  [
    sensor({ template: { k8s: undefined } }),
    "spec.triggers[0].template needs exactly one of k8s, argoWorkflow and log, has none",
  ],
  [
    sensor({ template: { log: {} } }),
    "spec.triggers[0].template needs exactly one of k8s, argoWorkflow and log, has k8s and log",
  ],
  [sensor({ template: { name: "-" } }), 'spec.triggers[0].template.name must be a valid label value, is "-"'],
  [
    sensor({ template: submit({ operation: "resume" }) }),
    'spec.triggers[0].template.argoWorkflow.operation must be one of submit, is "resume"',
  ],
  [
    sensor({ template: patch({ patchStrategy: "application/json-patch+json" }) }),
    "spec.triggers[0].template.k8s.patchStrategy must be application/merge-patch+json",
  ],
  [
    sensor({ template: submit({ source: { resource: { kind: "Workflow" } } }) }),
    "spec.triggers[0].template.argoWorkflow.source.resource must be an object with apiVersion and kind",
  ],
  [
    sensor({ trigger: { parameters: [{ src: { dependencyName: "push" }, dest: "", operation: "move" }] } }),
    'parameters[0].dest is empty\nspec.triggers[0].parameters[0].operation must be overwrite, append or prepend, is "move"',
  ],
  [sensor({ trigger: { retryStrategy: { steps: 1001 } } }), "retryStrategy steps must be from 0 to 1000, is 1001"],
  [sensor({ trigger: { retryStrategy: { duration: "long" } } }), "spec.triggers[0].retryStrategy "],
  [
    sensor({
      trigger: { atLeastOnce: true, dlqTrigger: { ...dead, atLeastOnce: true, dlqTrigger: dead } },
    }),
    "spec.triggers[0].dlqTrigger.dlqTrigger is never used: there is one dead letter trigger",
  ],
  [{ dependencies: "x", triggers: [] }, 'spec.dependencies must be a list, is "x"'],
  [{}, "spec.dependencies is required"],
])("case %#: what cannot be done is refused with its path", (spec, problem) => {
  expect(problemsOf(spec).join("\n")).toContain(problem);
});
