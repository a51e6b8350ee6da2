// Whether an event passes the filters of a dependency: expressions, data, context and time, as Argo Events v1.9 decides.
import { LanguageError } from "../../languages/language-error.ts";
import type { LanguageSources } from "../../languages/go-value.ts";
import type { EventContext, EventDependency, EventFilters, LogicalOperator } from "../../resources/sensor.ts";
import type { GroupVerdict } from "./combine-verdicts.ts";
import { filterData } from "./filter-data.ts";
import { filterExpressions } from "./filter-expressions.ts";
import { filterTime } from "./filter-time.ts";
import type { SensorEvent } from "./sensor-event.ts";

export type FilterVerdict =
  | { readonly kind: "passed" }
  | { readonly kind: "notMatched"; readonly reason: string }
  /** A filter could not be evaluated; the event does not pass, whatever the others say. */
  | { readonly kind: "failed"; readonly reason: string };

type Dependency = Pick<EventDependency, "filters" | "filtersLogicalOperator">;

export function filterEvent(dependency: Dependency, event: SensorEvent, sources: LanguageSources): FilterVerdict {
  const { filters, filtersLogicalOperator } = dependency;
  if (filters === undefined) return { kind: "passed" };
  try {
    const verdicts = groupVerdicts(filters, event, sources);
    return combine(verdicts, filtersLogicalOperator ?? "");
  } catch (error) {
    if (error instanceof LanguageError) return { kind: "failed", reason: error.message };
    throw error;
  }
}

function groupVerdicts(filters: EventFilters, event: SensorEvent, sources: LanguageSources): readonly GroupVerdict[] {
  const { exprs, data, context, time } = filters;
  const verdicts: GroupVerdict[] = [];
  const evaluate = (name: string, group: () => GroupVerdict): void => void verdicts.push(named(name, group));
  if (exprs !== undefined) evaluate("expr", () => filterExpressions(exprs, filters.exprLogicalOperator ?? "", event));
  if (data !== undefined) {
    evaluate("data", () => filterData(data, { operator: filters.dataLogicalOperator ?? "", event, sources }));
  }
  if (context !== undefined) evaluate("context", () => filterContext(context, event.context));
  if (time !== undefined) evaluate("time", () => filterTime(time, event.context.time));
  return verdicts;
}

function named(name: string, group: () => GroupVerdict): GroupVerdict {
  try {
    return group();
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    throw new LanguageError(`${name} filter error (${error.message})`, { cause: error });
  }
}

function combine(verdicts: readonly GroupVerdict[], operator: LogicalOperator): FilterVerdict {
  const failed = verdicts.filter((verdict) => !verdict.passes);
  const passes = operator === "or" ? failed.length < verdicts.length : failed.length === 0;
  if (passes) return { kind: "passed" };
  return { kind: "notMatched", reason: failed.map((verdict) => verdict.reason).join("; ") || "no filter is given" };
}

/** Only these four are compared; an empty one is not looked at. */
function filterContext(wanted: Partial<EventContext>, given: EventContext): GroupVerdict {
  const names = ["type", "subject", "source", "datacontenttype"] as const;
  const different = names.filter((name) => (wanted[name] ?? "") !== "" && wanted[name] !== given[name]);
  const reasons = different.map((name) => `context.${name} is "${given[name]}", not "${String(wanted[name])}"`);
  return { passes: different.length === 0, reason: reasons.join(", ") };
}
