// What an event does to a trigger: nothing, waiting for other events, or one or more firings.
import type { LanguageSources } from "../../languages/go-value.ts";
import type { EventDependency } from "../../resources/sensor.ts";
import { areConditionsMet, dependenciesOf, needsJoin, type Conditions } from "./conditions.ts";
import { filterEvent } from "./filter-event.ts";
import type { FiringEvents } from "./resolve-parameter.ts";
import type { SensorEvent } from "./sensor-event.ts";

export interface TriggerFacts {
  readonly conditions: Conditions;
  readonly dependencies: readonly EventDependency[];
  readonly event: SensorEvent;
  /** Events that came before and wait, by dependency; only for conditions with `&&`. */
  readonly held: FiringEvents;
}

export type TriggerDecision =
  | { readonly kind: "notMatched"; readonly reason: string }
  /** The event now waits for the rest, for these dependencies. */
  | { readonly kind: "wait"; readonly holds: readonly string[]; readonly reason: string }
  /**
   * Fires once per entry. `clears`: everything that waited was used up; `holds` are dependencies for which this event
   * waits afterwards all the same.
   */
  | {
      readonly kind: "fire";
      readonly firings: readonly FiringEvents[];
      readonly clears: boolean;
      readonly holds: readonly string[];
    };

export function decideTrigger(facts: TriggerFacts, sources: LanguageSources): TriggerDecision {
  const { conditions, dependencies, event } = facts;
  const used = new Set(dependenciesOf(conditions));
  const candidates = dependencies.filter(
    ({ name, eventSourceName, eventName }) =>
      used.has(name) && eventSourceName === event.context.source && eventName === event.context.subject,
  );
  const matched: string[] = [];
  const reasons: string[] = [];
  for (const dependency of candidates) {
    const verdict = filterEvent(dependency, event, sources);
    if (verdict.kind === "passed") matched.push(dependency.name);
    else reasons.push(`${dependency.name}: ${verdict.reason}`);
  }
  if (matched.length === 0) {
    return { kind: "notMatched", reason: reasons.join("; ") || "no dependency of the trigger is for this event" };
  }
  if (!needsJoin(conditions)) {
    return { kind: "fire", firings: matched.map((name) => new Map([[name, event]])), clears: false, holds: [] };
  }
  return joinEvents(facts, matched);
}

/** One dependency after the other, as if they were events of their own; the newest event of a dependency counts. */
function joinEvents({ conditions, event, held }: TriggerFacts, matched: readonly string[]): TriggerDecision {
  const firings: FiringEvents[] = [];
  let waiting = new Map(held);
  let holds: string[] = [];
  for (const name of matched) {
    waiting.set(name, event);
    if (areConditionsMet(conditions, new Set(waiting.keys()))) {
      firings.push(waiting);
      waiting = new Map();
      holds = [];
    } else holds.push(name);
  }
  if (firings.length > 0) return { kind: "fire", firings, clears: true, holds };
  return {
    kind: "wait",
    holds,
    reason: `has ${[...waiting.keys()].sort().join(", ")}; waits for the rest of its conditions`,
  };
}
