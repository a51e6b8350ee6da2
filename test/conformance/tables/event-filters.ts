// Filters written in Lua are refused when a Sensor is loaded, so the cases with `script` are not in our copy of the table.
import { filterEvent } from "../../../src/argo/sensor/filter-event.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";
import type { EventContext, EventFilters, LogicalOperator } from "../../../src/resources/sensor.ts";

interface Input {
  readonly filters: EventFilters | null;
  readonly filtersLogicalOperator?: LogicalOperator;
  readonly context?: Partial<EventContext>;
  readonly doc?: string;
  readonly data?: string;
}

export const defaultContext: EventContext = {
  id: "1",
  source: "github",
  specversion: "1.0",
  type: "github",
  datacontenttype: "application/json",
  subject: "example",
  time: "2024-05-06T10:30:00Z",
};

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { filters, filtersLogicalOperator, context, doc, data } = input as Input;
  const verdict = filterEvent(
    {
      ...(filters === null ? {} : { filters }),
      ...(filtersLogicalOperator === undefined ? {} : { filtersLogicalOperator }),
    },
    { context: { ...defaultContext, ...context }, data: data ?? documents?.[doc ?? ""] ?? "" },
    { now: () => 0, random: () => 0 },
  );
  if (verdict.kind === "failed") throw new LanguageError(verdict.reason);
  return verdict.kind === "passed";
}
