// `workflow.…`, and parameters whose values are in ConfigMaps.
import { describe, expect, it } from "vitest";

import { configMapKey, Facts } from "../../../src/argo/workflow/facts.ts";
import { globalVariables } from "../../../src/argo/workflow/global-variables.ts";
import type { ConfigMap } from "../../../src/resources/core.ts";
import type { ObjectMeta } from "../../../src/resources/object-meta.ts";
import type { Parameter, WorkflowSpec, WorkflowStatus } from "../../../src/resources/workflow.ts";
import type { VariableMap } from "../../../src/argo/workflow/variables.ts";

const label = { "workflows.argoproj.io/configmap-type": "Parameter" };

function configMap(name: string, labels: Readonly<Record<string, string>>): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "ns", labels }, data: { color: "red" } };
}

const facts = new Facts({
  pods: [],
  workflowTemplates: new Map(),
  configMaps: new Map<string, ConfigMap | null>([
    [configMapKey("ns", "good"), configMap("good", label)],
    [configMapKey("ns", "bare"), configMap("bare", {})],
    [configMapKey("ns", "none"), null],
  ]),
  serviceAccounts: new Map(),
  resources: new Map(),
  refusedPods: new Map(),
});

interface Given {
  readonly spec?: WorkflowSpec;
  readonly metadata?: Partial<ObjectMeta>;
  readonly status?: WorkflowStatus;
}

function variables({ spec = {}, metadata = {}, status = {} }: Given): VariableMap {
  const given = { name: "wf", namespace: "ns", creationTimestamp: "2026-01-02T03:04:05Z", ...metadata };
  return globalVariables({ metadata: given, spec, status, facts });
}

function parameter(valueFrom: Parameter["valueFrom"]): Given {
  const one = valueFrom === undefined ? { name: "color" } : { name: "color", valueFrom };
  return { spec: { arguments: { parameters: [one] } } };
}

describe("the variables of a workflow", () => {
  it("say what is not given as an empty text or null", () => {
    const known = variables({});

    expect(known.get("workflow.mainEntrypoint")).toBe("");
    expect(known.get("workflow.labels")).toBe("null");
    expect(known.get("workflow.parameters")).toBe("null");
    expect(known.has("workflow.priority")).toBe(false);
    expect(known.has("workflow.scheduledTime")).toBe(false);
  });

  it("have priority, schedule and outputs where there are any", () => {
    const known = variables({
      spec: { priority: 3 },
      metadata: { annotations: { "workflows.argoproj.io/scheduled-time": "2026-01-02T03:00:00Z" } },
      status: { outputs: { parameters: [{ name: "set", value: "v" }] } },
    });

    expect(known.get("workflow.priority")).toBe("3");
    expect(known.get("workflow.scheduledTime")).toBe("2026-01-02T03:00:00Z");
    expect(known.get("workflow.outputs.parameters.set")).toBe("v");
  });

  it("give parameters as JSON with the fields that Argo's types have", () => {
    const known = variables(parameter({ configMapKeyRef: { name: "good", key: "color", optional: true } }));

    expect(known.get("workflow.parameters")).toBe(
      '[{"name":"color","valueFrom":{"configMapKeyRef":{"name":"good","key":"color","optional":true}}}]',
    );
  });
});

describe("a parameter from a ConfigMap", () => {
  it("has the value at the key, else the default", () => {
    const value = (name: string, key: string): string | null | undefined =>
      variables(parameter({ configMapKeyRef: { name, key }, default: "blue" })).get("workflow.parameters.color");

    expect(value("good", "color")).toBe("red");
    expect(value("good", "shade")).toBe("blue");
    expect(value("none", "color")).toBe("blue");
  });

  it.each([
    ["good", "shade", "ConfigMap 'good' does not have the key 'shade'"],
    ["none", "color", "ConfigMap 'none' does not exist. Please make sure it has the label"],
    ["bare", "color", "ConfigMap 'bare' needs to have the label workflows.argoproj.io/configmap-type: Parameter"],
  ])("without a default, %s and %s are an error", (name, key, reason) => {
    expect(() => variables(parameter({ configMapKeyRef: { name, key } }))).toThrow(
      `failed to set global parameter color from configmap with name ${name} and key ${key}: ${reason}`,
    );
  });

  it("that names none is an error", () => {
    expect(() => variables(parameter(undefined))).toThrow(
      "either value or valueFrom must be specified in order to set global parameter color",
    );
  });
});
