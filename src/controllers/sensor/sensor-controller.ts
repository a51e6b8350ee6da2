// Carries out Sensors: takes the events that wait in the inbox and makes what their triggers say. Every delivery ends
// with a fate in the inbox, so that an operator can see why something, or nothing, happened.
import { parseSensor } from "../../argo/sensor/parse-sensor.ts";
import { parseConditions, dependenciesOf } from "../../argo/sensor/conditions.ts";
import type { Subscription } from "../../platform/event-inbox.ts";
import { SENSOR } from "../../resources/argo-kinds.ts";
import { conditionOf, setCondition, type Condition } from "../../resources/condition.ts";
import { keyOf, type ObjectKey } from "../../resources/object-meta.ts";
import type { Sensor, SensorSpec } from "../../resources/sensor.ts";
import { SETTLED, watchOf, type Controller, type Outcome } from "../loop/controller.ts";
import { ParsedSpecs } from "../loop/parsed-specs.ts";
import { handleDelivery } from "./handle-delivery.ts";
import type { SensorControllerOptions } from "./sensor-controller-options.ts";

/** Deliveries of one pass; the next pass follows at once. */
const DELIVERIES_PER_PASS = 50;
const CONCURRENCY_MAX = 4;
/** Events in a Sensor's status. */
const RECENT_EVENTS_MAX = 20;

export function createSensorController(options: SensorControllerOptions): Controller {
  const { store, inbox } = options;
  // Which Sensors want events of which EventSource: an event that comes in wakes only these.
  const interests = new Map<string, { readonly key: ObjectKey; readonly sources: ReadonlySet<string> }>();
  const specs = new ParsedSpecs(parseSensor);
  let areOrphansForgotten = false;
  return {
    name: "sensor",
    watches: [watchOf({ kind: SENSOR, map: (sensor) => [keyOf(sensor)] })],
    concurrencyMax: CONCURRENCY_MAX,
    listen(wake, signal) {
      inbox.onAppended(({ namespace, context }) => {
        for (const { key, sources } of interests.values()) {
          if (key.namespace === namespace && sources.has(context.source)) wake(key);
        }
      }, signal);
    },
    async reconcile(key) {
      if (!areOrphansForgotten) {
        areOrphansForgotten = true;
        await forgetOrphans(options);
      }
      const id = `${key.namespace}/${key.name}`;
      const sensor = await store.get(SENSOR, key);
      if (sensor === undefined) {
        interests.delete(id);
        await inbox.unsubscribe(key);
        return SETTLED;
      }
      const parsed = specs.parse(sensor);
      if (!parsed.isValid) {
        const message = parsed.problems.map((problem) => `${problem.path} ${problem.message}`).join("; ");
        await report(options, sensor, { status: "False", reason: "InvalidSpec", message });
        return { kind: "stalled", reason: message };
      }
      const sources = new Set(parsed.spec.dependencies.map((dependency) => dependency.eventSourceName));
      interests.set(id, { key, sources });
      return await work(options, sensor, parsed.spec);
    },
  };
}

/** Sensors that were deleted while no engine looked must not hold events back. */
async function forgetOrphans({ store, inbox }: SensorControllerOptions): Promise<void> {
  for (const sensor of await inbox.listSensors()) {
    if ((await store.get(SENSOR, sensor)) === undefined) await inbox.unsubscribe(sensor);
  }
}

async function work(options: SensorControllerOptions, sensor: Sensor, spec: SensorSpec): Promise<Outcome> {
  const { inbox, clock } = options;
  const key = keyOf(sensor);
  const since = Date.parse(sensor.metadata.creationTimestamp ?? "") || clock.now();
  await inbox.subscribe({ ...key, since, now: clock.now() }, subscriptionsOf(spec));
  const due = await inbox.listDue(key, clock.now(), DELIVERIES_PER_PASS);
  for (const delivery of due) await handleDelivery(options, { key, spec }, delivery);
  const triggers = `${spec.triggers.length} trigger${spec.triggers.length === 1 ? "" : "s"}`;
  await report(options, sensor, { status: "True", reason: "Subscribed", message: `waits for events for ${triggers}` });
  const nextAt = await inbox.nextDueAt(key);
  return nextAt === undefined ? SETTLED : { kind: "checkAgainAfter", ms: Math.max(nextAt - clock.now(), 0) };
}

function subscriptionsOf(spec: SensorSpec): readonly Subscription[] {
  const names = spec.dependencies.map((dependency) => dependency.name);
  return spec.triggers.map(({ template }) => {
    const used = new Set(dependenciesOf(parseConditions(template.conditions, names)));
    const dependencies = spec.dependencies.filter((dependency) => used.has(dependency.name));
    return {
      trigger: template.name,
      events: dependencies.map(({ eventSourceName, eventName }) => ({ source: eventSourceName, subject: eventName })),
      fingerprint: JSON.stringify([template.conditions ?? "", dependencies]),
    };
  });
}

async function report(
  { store, inbox, clock }: SensorControllerOptions,
  sensor: Sensor,
  ready: Pick<Condition, "status" | "reason" | "message">,
): Promise<void> {
  const condition = conditionOf(sensor.metadata, { type: "Ready", ...ready }, clock.now());
  const status = {
    ...sensor.status,
    conditions: setCondition(sensor.status?.conditions ?? [], condition),
    recentEvents: await inbox.listFates(keyOf(sensor), RECENT_EVENTS_MAX),
  };
  if (JSON.stringify(status) === JSON.stringify(sensor.status)) return;
  await store.updateStatus(SENSOR, { ...sensor, status });
}
