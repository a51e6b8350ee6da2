// One event for one trigger: decide, act, record the fate. Repeatable at every point: what a trigger makes has a name
// that depends on the event alone.
import { decideTrigger, type TriggerDecision } from "../../argo/sensor/decide-trigger.ts";
import { parseConditions } from "../../argo/sensor/conditions.ts";
import type { FiringEvents } from "../../argo/sensor/resolve-parameter.ts";
import { retryDelayMs, retrySteps } from "../../argo/sensor/retry-schedule.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { hasCode, PlatformError } from "../../platform/errors.ts";
import type { Delivery } from "../../platform/event-inbox.ts";
import type { Log } from "../../platform/log.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";
import type { SensorSpec, SensorTrigger } from "../../resources/sensor.ts";
import { runTrigger } from "./run-trigger.ts";
import type { SensorControllerOptions } from "./sensor-controller-options.ts";

export interface DeliverySensor {
  readonly key: ObjectKey;
  readonly spec: SensorSpec;
}

export async function handleDelivery(
  options: SensorControllerOptions,
  sensor: DeliverySensor,
  delivery: Delivery,
): Promise<void> {
  const { inbox, clock } = options;
  const trigger = sensor.spec.triggers.find(({ template }) => template.name === delivery.trigger.trigger);
  if (trigger === undefined) return;
  const held = await inbox.listHeld(delivery.trigger);
  const decision = decide(options, sensor, { trigger, delivery, held });
  const now = clock.now();
  if (decision instanceof LanguageError) {
    await inbox.finish(delivery, { fate: "Failed", message: decision.message, now });
  } else if (decision.kind === "notMatched") {
    await inbox.finish(delivery, { fate: "NotMatched", message: decision.reason, now });
  } else if (decision.kind === "wait") {
    const kept = { clear: false, add: decision.holds };
    await inbox.finish(delivery, { fate: "Waiting", message: decision.reason, now, held: kept });
  } else await fire(options, sensor, { trigger, delivery, decision });
}

interface Undecided {
  readonly trigger: SensorTrigger;
  readonly delivery: Delivery;
  readonly held: FiringEvents;
}

function decide(
  { clock, random, log }: SensorControllerOptions,
  { spec }: DeliverySensor,
  { trigger, delivery, held }: Undecided,
): TriggerDecision | LanguageError {
  const { dependencies } = spec;
  try {
    const names = dependencies.map((dependency) => dependency.name);
    const conditions = parseConditions(trigger.template.conditions, names);
    const sources = { now: () => clock.now(), random };
    return decideTrigger({ conditions, dependencies, event: delivery.event, held }, sources);
  } catch (error) {
    return asLanguageError(error, log);
  }
}

/** A surprise with one event must not hold up those behind it: it ends this delivery, and the log has its stack. */
function asLanguageError(error: unknown, log: Log): LanguageError {
  if (error instanceof LanguageError) return error;
  log.write("error", "an event could not be evaluated", { error });
  return new LanguageError(`unexpected: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

interface Firing {
  readonly trigger: SensorTrigger;
  readonly delivery: Delivery;
  readonly decision: TriggerDecision & { readonly kind: "fire" };
}

async function fire(options: SensorControllerOptions, sensor: DeliverySensor, firing: Firing): Promise<void> {
  const { inbox, clock, log } = options;
  const { trigger, delivery, decision } = firing;
  const held = { clear: decision.clears, add: decision.holds };
  // After the trigger's own attempts come those of its dead letter trigger.
  const isDeadLetter = trigger.dlqTrigger !== undefined && delivery.attempts >= retrySteps(trigger);
  const [error, made] = await attempt(options, sensor, {
    ...firing,
    trigger: (isDeadLetter && trigger.dlqTrigger) || trigger,
  });
  if (error === undefined) {
    const message = isDeadLetter
      ? `${made}, by the dead letter trigger, because ${delivery.failure ?? "it failed"}`
      : made;
    await inbox.finish(delivery, { fate: isDeadLetter ? "Failed" : "Triggered", message, now: clock.now(), held });
    return;
  }
  const next = nextAttempt(trigger, delivery, error);
  if (next !== undefined) {
    const at = clock.now() + retryDelayMs(next.strategy, next.failureCount, options.random());
    await inbox.postpone(next.delivery, { at: Math.ceil(at), reason: error.message });
    return;
  }
  log.write("error", "a trigger failed for good", {
    sensor: `${sensor.key.namespace}/${sensor.key.name}`,
    trigger: delivery.trigger.trigger,
    eventId: delivery.event.context.id,
    attempts: delivery.attempts + 1,
    error: error.message,
  });
  await inbox.finish(delivery, { fate: "Failed", message: error.message, now: clock.now(), held });
}

/** Either an error that a retry or the operator can do something about, or what was made. */
async function attempt(
  options: SensorControllerOptions,
  { key, spec }: DeliverySensor,
  { trigger, delivery, decision }: Firing,
): Promise<readonly [LanguageError | PlatformError, undefined] | readonly [undefined, string]> {
  try {
    const made: string[] = [];
    const account = spec.template?.serviceAccountName ?? "default";
    for (const [at, events] of decision.firings.entries()) {
      made.push(
        await runTrigger(options, { sensor: key, account, trigger, events, firingId: firingId(delivery, at, events) }),
      );
    }
    return [undefined, made.join(", ")];
  } catch (error) {
    return [error instanceof PlatformError ? error : asLanguageError(error, options.log), undefined];
  }
}

/** The same for every attempt at the same firing. */
function firingId(delivery: Delivery, at: number, events: FiringEvents): string {
  const ids = [...events].map(([name, event]) => `${name}=${event.context.id}`).sort();
  return [delivery.trigger.trigger, at, ...ids].join(" ");
}

interface NextAttempt {
  readonly strategy: SensorTrigger["retryStrategy"];
  readonly failureCount: number;
  readonly delivery: Delivery;
}

/** Attempts when the platform fails, whatever the strategy says: a busy disk must not lose an event. */
const PLATFORM_STEPS_MIN = 5;

function nextAttempt(
  trigger: SensorTrigger,
  delivery: Delivery,
  error: LanguageError | PlatformError,
): NextAttempt | undefined {
  const { dlqTrigger } = trigger;
  const isInfrastructure = hasCode(error, "Unavailable", "Timeout", "Conflict", "TooManyRequests", "Internal");
  const steps =
    isInfrastructure && dlqTrigger === undefined
      ? Math.max(retrySteps(trigger), PLATFORM_STEPS_MIN)
      : retrySteps(trigger);
  const failureCount = delivery.attempts + 1;
  const isOwnAttempt = delivery.attempts < steps;
  // What an event lacks it lacks every time, so parameters that cannot be resolved are not tried again.
  const isHopeless = error instanceof LanguageError;
  if (isOwnAttempt && failureCount < steps && !isHopeless) {
    return { strategy: trigger.retryStrategy, failureCount, delivery };
  }
  if (dlqTrigger === undefined) return undefined;
  if (isOwnAttempt) {
    // The next attempt is the first one of the dead letter trigger.
    return { strategy: { duration: 0 }, failureCount: 1, delivery: { ...delivery, attempts: steps - 1 } };
  }
  const deadCount = failureCount - steps;
  return isHopeless || deadCount >= retrySteps(dlqTrigger)
    ? undefined
    : { strategy: dlqTrigger.retryStrategy, failureCount: deadCount, delivery };
}
