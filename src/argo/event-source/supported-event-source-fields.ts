// Which fields of EventSource the engine interprets, which have no effect on one machine, and which are refused when a
// manifest is loaded. Fields that only serve to register hooks at GitHub have no effect: an App's webhook is set there.
import { noEffect, refused, required, supported, type EventField, type EventFields } from "../event-fields.ts";

const otherSource: EventField = refused("only github events are received on one machine");
const registration: EventField = noEffect("the engine registers no hooks; the App's own webhook is used");

const secretKey: EventFields = {
  name: required("string"),
  key: required("string"),
  optional: refused("a key is needed"),
};

const webhook: EventFields = {
  endpoint: required("string"),
  port: required("text"),
  maxPayloadSize: supported("integer"),
  method: noEffect("Argo Events does not look at it for github either"),
  url: registration,
  metadata: noEffect("Argo Events does not look at it for github either"),
  authSecret: refused("GitHub sends no bearer token; use webhookSecret"),
  serverCertSecret: refused("the listener is on the loopback; end TLS at the tunnel or proxy in front of it"),
  serverKeySecret: refused("the listener is on the loopback; end TLS at the tunnel or proxy in front of it"),
};

const github: EventFields = {
  webhook: required({ object: webhook }),
  webhookSecret: supported({ object: secretKey }),
  metadata: supported({ map: "string" }),
  filter: supported({ object: { expression: required("string") } }),
  events: noEffect("which events come is set at GitHub"),
  organizations: registration,
  repositories: registration,
  owner: registration,
  repository: registration,
  id: noEffect("it is deprecated"),
  active: registration,
  insecure: registration,
  contentType: registration,
  deleteHookOnFinish: registration,
  githubBaseURL: registration,
  githubUploadURL: registration,
  apiToken: refused("the engine registers no hooks; set the App's webhook"),
  githubApp: refused("the engine registers no hooks; set the App's webhook"),
};

const OTHER_SOURCES = [
  "amqp",
  "azureEventsHub",
  "azureQueueStorage",
  "azureServiceBus",
  "bitbucket",
  "bitbucketserver",
  "calendar",
  "emitter",
  "file",
  "generic",
  "gerrit",
  "gitlab",
  "hdfs",
  "kafka",
  "minio",
  "mqtt",
  "nats",
  "nsq",
  "pubSub",
  "pulsar",
  "redis",
  "redisStream",
  "resource",
  "sftp",
  "slack",
  "sns",
  "sqs",
  "storageGrid",
  "stripe",
  "webhook",
] as const;

/** `spec` of an EventSource. */
export const EVENT_SOURCE_FIELDS: EventFields = {
  github: supported({ map: { object: github } }),
  eventBusName: noEffect("on one machine events are kept by the engine"),
  service: noEffect("there are no services on one machine; the port is opened on the loopback"),
  template: noEffect("there is no pod for it on one machine"),
  replicas: noEffect("there is one engine"),
  ...Object.fromEntries(OTHER_SOURCES.map((name) => [name, otherSource])),
};
