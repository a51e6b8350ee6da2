// A store, an inbox, a listener and the two controllers of events, on real files and a real port.
import { createHmac } from "node:crypto";

import { onTestFinished } from "vitest";

import { createEventSourceController } from "../../src/controllers/event-source/event-source-controller.ts";
import type { Controller } from "../../src/controllers/loop/controller.ts";
import { createSensorController } from "../../src/controllers/sensor/sensor-controller.ts";
import { openSqliteEventInbox, type SqliteEventInbox } from "../../src/platform/embedded/sqlite-event-inbox.ts";
import type { InboxLimits } from "../../src/platform/embedded/event-inbox/inbox-database.ts";
import type { AccessRequest } from "../../src/platform/identity.ts";
import { createNodeWebhookListener } from "../../src/platform/node/node-webhook-listener.ts";
import { nodeHmac } from "../../src/platform/node/node-hmac.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { EVENT_SOURCE, SENSOR } from "../../src/resources/argo-kinds.ts";
import { SECRET } from "../../src/resources/core.ts";
import type { EventFate, Sensor } from "../../src/resources/sensor.ts";
import { freePort } from "./free-port.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordingLog } from "./recording-log.ts";
import { temporaryDirectory, temporaryStore } from "./temporary-store.ts";

export const namespace = "runyard";
export const webhookSecret = "it's a secret";

export interface EventWorld {
  readonly store: ResourceStore;
  readonly clock: ManualClock;
  readonly log: RecordingLog;
  readonly inbox: SqliteEventInbox;
  readonly events: Controller;
  readonly sensors: Controller;
  /** Verbs that the Sensors' ServiceAccounts may not use. */
  readonly forbidden: Set<string>;
  /** Makes the EventSource `github` with the event `runyard`, and its secret. */
  createEventSource(change?: object): Promise<void>;
  createSensor(name: string, spec: object): Promise<void>;
  /** Signed, unless a signature is given. Status and body of the answer. */
  deliver(event: string, payload: object, headers?: Record<string, string>): Promise<string>;
  /** One pass of a Sensor; the fates of its events. */
  runSensor(name: string): Promise<readonly EventFate[]>;
}

export interface EventWorldOptions {
  readonly store?: ResourceStore;
  readonly directory?: string;
  readonly limits?: Partial<InboxLimits>;
}

export async function eventWorld(options: EventWorldOptions = {}): Promise<EventWorld> {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const store = options.store ?? (await temporaryStore(clock));
  const directory = options.directory ?? (await temporaryDirectory());
  const inbox = await openSqliteEventInbox({
    directory,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const listener = createNodeWebhookListener({ log });
  onTestFinished(async () => {
    await listener.close();
    await inbox.close();
  });
  const port = await freePort();
  const forbidden = new Set<string>();
  let eventCount = 0;
  const newEventId = (): string => `event-${(eventCount += 1)}`;
  const authorizer = {
    authorize: async (request: AccessRequest) => ({
      allowed: !forbidden.has(request.verb),
      reason: `${request.user} may not ${request.verb}`,
    }),
  };
  const events = createEventSourceController({ store, inbox, listener, hmac: nodeHmac, clock, log, newEventId });
  const sensors = createSensorController({ store, authorizer, inbox, clock, log, random: () => 0 });
  return {
    store,
    clock,
    log,
    inbox,
    events,
    sensors,
    forbidden,
    async createEventSource(change = {}) {
      const data = { secret: Buffer.from(`${webhookSecret}\n`).toString("base64") };
      await store.create(SECRET, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "github-webhook", namespace },
        data,
      });
      const github = {
        webhook: { endpoint: "/github", port: String(port) },
        webhookSecret: { name: "github-webhook", key: "secret" },
        ...change,
      };
      const metadata = { name: "github", namespace };
      await store.create(EVENT_SOURCE, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "EventSource",
        metadata,
        spec: { github: { runyard: github } },
      });
      await events.reconcile({ namespace, name: "github" }, clock.now());
    },
    async createSensor(name, spec) {
      const metadata = { name, namespace };
      await store.create(SENSOR, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Sensor",
        metadata,
        spec: spec as Sensor["spec"],
      });
    },
    async deliver(event, payload, headers = {}) {
      const body = JSON.stringify(payload);
      const signature = `sha256=${createHmac("sha256", webhookSecret).update(body).digest("hex")}`;
      const response = await fetch(`http://127.0.0.1:${port}/github`, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "x-github-event": event,
          "x-hub-signature-256": signature,
          ...headers,
        },
      });
      return `${response.status} ${await response.text()}`;
    },
    async runSensor(name) {
      await sensors.reconcile({ namespace, name }, clock.now());
      return (await store.get(SENSOR, { namespace, name }))?.status?.recentEvents ?? [];
    },
  };
}
