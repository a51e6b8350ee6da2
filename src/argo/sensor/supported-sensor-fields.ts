// Which fields of Sensor the engine interprets, which have no effect on one machine, and which are refused when a
// manifest is loaded.
import { noEffect, refused, required, supported, type EventField, type EventFields } from "../event-fields.ts";

const podOnly = noEffect("there is no pod for a sensor on one machine");
const otherTrigger: EventField = refused("triggers make resources (k8s, argoWorkflow) or log");

const parameter: EventFields = {
  src: required({
    object: {
      dependencyName: required("string"),
      contextKey: supported("string"),
      contextTemplate: supported("string"),
      dataKey: supported("string"),
      dataTemplate: supported("string"),
      value: supported("string"),
      useRawData: supported("boolean"),
    },
  }),
  dest: required("string"),
  operation: supported("string"),
};

const parameters = supported({ list: { object: parameter } });

const source: EventField = required({
  object: {
    resource: required("any"),
    s3: refused("write the resource into the sensor"),
    inline: refused("write the resource as `resource`"),
    file: refused("write the resource into the sensor"),
    url: refused("write the resource into the sensor"),
    configmap: refused("write the resource into the sensor"),
    git: refused("write the resource into the sensor"),
  },
});

const resourceTrigger: EventFields = {
  operation: supported("string"),
  source,
  parameters,
  patchStrategy: supported("string"),
  liveObject: refused("name the object in the source"),
};

const workflowTrigger: EventFields = {
  operation: required("string"),
  source,
  parameters,
  args: refused("no command line is run; write parameters"),
};

const OTHER_TRIGGERS = [
  "awsLambda",
  "azureEventHubs",
  "azureServiceBus",
  "custom",
  "email",
  "http",
  "kafka",
  "nats",
  "openWhisk",
  "openwhisk",
  "pulsar",
  "slack",
] as const;

const template: EventFields = {
  name: required("string"),
  conditions: supported("string"),
  k8s: supported({ object: resourceTrigger }),
  argoWorkflow: supported({ object: workflowTrigger }),
  log: supported({ map: "any" }),
  conditionsReset: refused("events that wait for others are kept until those come"),
  ...Object.fromEntries(OTHER_TRIGGERS.map((name) => [name, otherTrigger])),
};

const retryStrategy: EventFields = {
  steps: supported("integer"),
  duration: supported("any"),
  factor: supported("any"),
  jitter: supported("any"),
};

const trigger: EventFields = {
  template: required({ object: template }),
  parameters,
  retryStrategy: supported({ object: retryStrategy }),
  atLeastOnce: supported("boolean"),
  dlqTrigger: supported({ object: () => trigger }),
  policy: refused("a trigger is done when its object is stored"),
  rateLimit: refused("limit runs with semaphores of the workflow"),
};

const filters: EventFields = {
  exprs: supported({
    list: {
      object: {
        expr: required("string"),
        fields: required({ list: { object: { name: required("string"), path: required("string") } } }),
      },
    },
  }),
  exprLogicalOperator: supported("string"),
  data: supported({
    list: {
      object: {
        path: required("string"),
        type: required("string"),
        value: required({ list: "string" }),
        comparator: supported("string"),
        template: supported("string"),
      },
    },
  }),
  dataLogicalOperator: supported("string"),
  context: supported({
    object: {
      type: supported("string"),
      subject: supported("string"),
      source: supported("string"),
      datacontenttype: supported("string"),
      id: noEffect("Argo Events compares only type, subject, source and datacontenttype"),
      specversion: noEffect("Argo Events compares only type, subject, source and datacontenttype"),
      time: noEffect("Argo Events compares only type, subject, source and datacontenttype"),
    },
  }),
  time: supported({
    object: { start: required("string"), stop: required("string"), timezone: supported("string") },
  }),
  script: refused("filters in Lua are not run; use exprs or data"),
};

const dependency: EventFields = {
  name: required("string"),
  eventSourceName: required("string"),
  eventName: required("string"),
  filters: supported({ object: filters }),
  filtersLogicalOperator: supported("string"),
  transform: refused("events are not changed by jq or Lua; use filters and parameters"),
};

/** The fields of a trigger's template, which its own parameters may fill in. */
export const TRIGGER_TEMPLATE_FIELDS: EventFields = template;

/** `spec` of a Sensor. */
export const SENSOR_FIELDS: EventFields = {
  dependencies: required({ list: { object: dependency } }),
  triggers: required({ list: { object: trigger } }),
  template: supported({
    object: {
      serviceAccountName: supported("string"),
      metadata: podOnly,
      container: podOnly,
      volumes: podOnly,
      securityContext: podOnly,
      nodeSelector: podOnly,
      tolerations: podOnly,
      imagePullSecrets: podOnly,
      priorityClassName: podOnly,
      priority: podOnly,
      affinity: podOnly,
    },
  }),
  eventBusName: noEffect("on one machine events are kept by the engine"),
  replicas: noEffect("there is one engine"),
  revisionHistoryLimit: podOnly,
  loggingFields: noEffect("Argo Events does not use it either"),
  errorOnFailedRound: noEffect("Argo Events does not use it either"),
};
