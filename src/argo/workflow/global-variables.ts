// `workflow.…`: the variables that every template of a workflow sees.
import { writeJson } from "../../languages/go-json.ts";
import type { ObjectMeta } from "../../resources/object-meta.ts";
import type { Parameter, WorkflowMetadata, WorkflowSpec, WorkflowStatus } from "../../resources/workflow.ts";
import { readConfigMapValue } from "./config-map-value.ts";
import { creationTimes } from "./creation-times.ts";
import type { Facts } from "./facts.ts";
import { goParametersJson } from "./parameters-json.ts";
import { StepError } from "./step-error.ts";
import type { VariableMap } from "./variables.ts";

const scheduledTimeAnnotation = "workflows.argoproj.io/scheduled-time";

export interface GlobalContext {
  readonly metadata: ObjectMeta;
  readonly spec: WorkflowSpec;
  readonly status: WorkflowStatus;
  readonly facts: Facts;
}

/** StepError when an argument of the workflow has no value. */
export function globalVariables({ metadata, spec, status, facts }: GlobalContext): VariableMap {
  const { name, namespace = "", uid = "", annotations = {} } = metadata;
  const variables: VariableMap = new Map([
    ["workflow.name", name],
    ["workflow.namespace", namespace],
    ["workflow.uid", uid],
    ["workflow.mainEntrypoint", spec.entrypoint ?? ""],
    ["workflow.serviceAccountName", spec.serviceAccountName ?? ""],
  ]);
  addTimes(variables, metadata);
  if (spec.priority !== undefined) variables.set("workflow.priority", String(spec.priority));
  addParameters(variables, spec.arguments?.parameters ?? [], { facts, namespace });
  addOutputs(variables, status);
  const added = spec.workflowMetadata ?? {};
  addMetadata(variables, "annotations", annotations);
  addEach(variables, "annotations", { ...annotations, ...added.annotations });
  addMetadata(variables, "labels", metadata.labels ?? {});
  addEach(variables, "labels", withoutComputed({ ...metadata.labels, ...added.labels }, added));
  return variables;
}

function addOutputs(variables: VariableMap, { outputs }: WorkflowStatus): void {
  for (const { name, value } of outputs?.parameters ?? []) {
    variables.set(`workflow.outputs.parameters.${name}`, value);
  }
}

function addTimes(variables: VariableMap, { creationTimestamp = "", annotations = {} }: ObjectMeta): void {
  for (const [name, value] of creationTimes(creationTimestamp)) variables.set(name, value);
  const scheduledTime = annotations[scheduledTimeAnnotation];
  if (scheduledTime !== undefined) variables.set("workflow.scheduledTime", scheduledTime);
}

function addParameters(
  variables: VariableMap,
  parameters: readonly Parameter[],
  { facts, namespace }: { readonly facts: Facts; readonly namespace: string },
): void {
  const json = parameters.length === 0 ? "null" : goParametersJson(parameters);
  variables.set("workflow.parameters", json);
  variables.set("workflow.parameters.json", json);
  for (const { name, value, valueFrom } of parameters) {
    const reference = valueFrom?.configMapKeyRef;
    if (value !== undefined) {
      variables.set(`workflow.parameters.${name}`, value);
    } else if (reference === undefined) {
      throw new StepError(`either value or valueFrom must be specified in order to set global parameter ${name}`);
    } else {
      const read = readConfigMapValue(facts, namespace, reference);
      const known = read.value ?? valueFrom?.default;
      if (known === undefined) {
        const where = `from configmap with name ${reference.name} and key ${reference.key}`;
        throw new StepError(`failed to set global parameter ${name} ${where}: ${String(read.reason)}`);
      }
      variables.set(`workflow.parameters.${name}`, known);
    }
  }
}

type Texts = Readonly<Record<string, string>>;

function addMetadata(variables: VariableMap, kind: "labels" | "annotations", own: Texts): void {
  const json = Object.keys(own).length === 0 ? "null" : writeJson(own);
  variables.set(`workflow.${kind}`, json);
  variables.set(`workflow.${kind}.json`, json);
}

function addEach(variables: VariableMap, kind: "labels" | "annotations", values: Texts): void {
  for (const [name, value] of Object.entries(values)) variables.set(`workflow.${kind}.${name}`, value);
}

/** Labels that an expression will set are not known yet. */
function withoutComputed(labels: Texts, { labelsFrom = {} }: WorkflowMetadata): Texts {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !Object.hasOwn(labelsFrom, name)));
}
