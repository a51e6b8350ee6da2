// Status conditions by the Kubernetes API conventions: one entry per type, transition time only on change of status.
import { kubernetesTime, type ObjectMeta } from "./object-meta.ts";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** CamelCase, for machines. */
  readonly reason: string;
  /** For people: what happened, what it means, what to do. */
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A condition of an object as it stands now. */
export function conditionOf(
  { generation }: ObjectMeta,
  condition: Pick<Condition, "type" | "status" | "reason" | "message">,
  now: number,
): Condition {
  const lastTransitionTime = kubernetesTime(now);
  return { ...condition, lastTransitionTime, ...(generation !== undefined && { observedGeneration: generation }) };
}

/**
 * Returns the list with `next` in the place of the entry of the same type (or added at the end).
 * `lastTransitionTime` is kept when the status did not change.
 */
export function setCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const previous = conditions.find((condition) => condition.type === next.type);
  if (previous === undefined) return [...conditions, next];
  const merged = previous.status === next.status ? { ...next, lastTransitionTime: previous.lastTransitionTime } : next;
  return conditions.map((condition) => (condition.type === next.type ? merged : condition));
}
