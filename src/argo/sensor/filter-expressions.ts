// Expression filters: govaluate over values that gjson paths find.
import { isValidJson } from "../../languages/gjson/json-modifiers.ts";
import { readPath, type GjsonResult } from "../../languages/gjson/gjson.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { evaluateWithParameters } from "../../languages/when/evaluate-parameters.ts";
import type { WhenValue } from "../../languages/when/evaluate-stage.ts";
import type { ExpressionFilter, LogicalOperator } from "../../resources/sensor.ts";
import { combineVerdicts, type GroupVerdict } from "./combine-verdicts.ts";
import type { SensorEvent } from "./sensor-event.ts";

/** LanguageError where a path leads nowhere or an expression cannot be evaluated, unless an alternative passes before. */
export function filterExpressions(
  filters: readonly ExpressionFilter[],
  operator: LogicalOperator,
  event: SensorEvent,
): GroupVerdict {
  if (!isValidJson(event.data)) throw new LanguageError("event data not valid JSON");
  return combineVerdicts(filters, operator, (filter) => ({
    // Argo Events does not look at an expression without fields: it neither stops the others nor passes for them.
    passes:
      filter.fields.length === 0
        ? operator !== "or"
        : evaluateWithParameters(filter.expr, parametersOf(filter, event.data)) === true,
    reason: `the expression ${filter.expr} is not true`,
  }));
}

function parametersOf(filter: ExpressionFilter, data: string): ReadonlyMap<string, WhenValue> {
  return new Map(
    filter.fields.map(({ name, path }) => {
      const found = readPath(data, path);
      if (!found.exists) throw new LanguageError(`path '${path}' does not exist`);
      return [name, valueOf(found)];
    }),
  );
}

function valueOf(found: GjsonResult): WhenValue {
  switch (found.type) {
    case "True":
    case "False":
      return found.boolean;
    case "Number":
      return found.number;
    case "String":
      return found.text;
    case "JSON":
      return JSON.parse(found.raw) as WhenValue;
    case "Null":
    default:
      return null;
  }
}
