// The kinds of Argo Workflows and Argo Events (argoproj.io/v1alpha1) that the engine serves.
// Their spec types stand beside the code that interprets them.
import type { Kind } from "./kind.ts";
import type { EventSource } from "./event-source.ts";
import type { Sensor } from "./sensor.ts";
import type { Workflow, WorkflowTemplate } from "./workflow.ts";

const argo = { group: "argoproj.io", version: "v1alpha1", namespaced: true } as const;

/** No status subresource, as in Argo: the whole object is written at once. */
export const WORKFLOW: Kind<Workflow> = {
  ...argo,
  kind: "Workflow",
  plural: "workflows",
  singular: "workflow",
  shortNames: ["wf"],
  statusSubresource: false,
  generation: "spec",
  printerColumns: [
    { name: "Status", type: "string", jsonPath: ".status.phase" },
    { name: "Age", type: "date", jsonPath: ".status.startedAt" },
    { name: "Message", type: "string", jsonPath: ".status.message" },
  ],
};

export const WORKFLOW_TEMPLATE: Kind<WorkflowTemplate> = {
  ...argo,
  kind: "WorkflowTemplate",
  plural: "workflowtemplates",
  singular: "workflowtemplate",
  shortNames: ["wftmpl"],
  statusSubresource: false,
  generation: "spec",
  printerColumns: [],
};

export const EVENT_SOURCE: Kind<EventSource> = {
  ...argo,
  kind: "EventSource",
  plural: "eventsources",
  singular: "eventsource",
  shortNames: ["es"],
  statusSubresource: true,
  generation: "spec",
  printerColumns: [],
};

export const SENSOR: Kind<Sensor> = {
  ...argo,
  kind: "Sensor",
  plural: "sensors",
  singular: "sensor",
  shortNames: ["sn"],
  statusSubresource: true,
  generation: "spec",
  printerColumns: [],
};

/** The bus of a cluster. On one machine the store itself is the bus; the object is accepted and has no effect. */
export const EVENT_BUS: Kind = {
  ...argo,
  kind: "EventBus",
  plural: "eventbus",
  singular: "eventbus",
  shortNames: ["eb"],
  statusSubresource: true,
  generation: "spec",
  printerColumns: [],
};
