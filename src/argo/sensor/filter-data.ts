// Data filters: a gjson path, a type, and values of which one must fit.
import { readPath, type GjsonResult } from "../../languages/gjson/gjson.ts";
import { isValidJson } from "../../languages/gjson/json-modifiers.ts";
import { resultOf } from "../../languages/gjson/gjson-result.ts";
import { quoteGo } from "../../languages/go-format.ts";
import { parseGoFloat } from "../../languages/go-number.ts";
import { compileRegexp } from "../../languages/go-regexp.ts";
import type { LanguageSources } from "../../languages/go-value.ts";
import { renderGoTemplate } from "../../languages/gotemplate/gotemplate.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { DataFilter, LogicalOperator } from "../../resources/sensor.ts";
import { combineVerdicts, type GroupVerdict } from "./combine-verdicts.ts";
import type { SensorEvent } from "./sensor-event.ts";

interface DataFilterContext {
  readonly operator: LogicalOperator;
  readonly event: SensorEvent;
  readonly sources: LanguageSources;
}

/** LanguageError where a path leads nowhere, or a value, pattern, type or template is wrong. */
export function filterData(
  filters: readonly DataFilter[],
  { operator, event, sources }: DataFilterContext,
): GroupVerdict {
  if (!isValidJson(event.data)) throw new LanguageError("event data not valid JSON");
  return combineVerdicts(filters, operator, (filter) => {
    const found = readPath(event.data, filter.path);
    if (!found.exists) throw new LanguageError(`path '${filter.path}' does not exist`);
    const value = filter.template === undefined ? found : applyTemplate(filter.template, found, sources);
    return {
      passes: fitsAny(filter, value),
      reason: `${filter.path} is ${shorten(value.raw)}, wanted ${filter.comparator ?? "="} ${String(filter.value?.join(" | "))}`,
    };
  });
}

const REASON_LENGTH_MAX = 100;

function shorten(text: string): string {
  return text.length > REASON_LENGTH_MAX ? `${text.slice(0, REASON_LENGTH_MAX)}…` : text;
}

function applyTemplate(template: string, found: GjsonResult, sources: LanguageSources): GjsonResult {
  const text = renderGoTemplate(template, { Input: found.text }, sources);
  if (text === "" || text === "<no value>") {
    throw new LanguageError(`template '${template}' evaluated to empty string or no value`);
  }
  // Argo writes the text as a Go literal and reads that as JSON, which knows fewer escapes.
  return resultOf("String", quoteGo(text), -1);
}

function fitsAny({ type, value = [], comparator = "" }: DataFilter, found: GjsonResult): boolean {
  if (value.length === 0) throw new LanguageError("no values specified");
  switch (type) {
    case "bool":
      return value.some((wanted) => parseBoolean(wanted) === found.boolean);
    case "number":
      return value.some((wanted) => compareNumbers(found.number, comparator, parseGoFloat(wanted)));
    case "string":
      return value.some((wanted) => compareTexts(found.text, comparator, wanted));
    default:
      throw new LanguageError(`unsupported JSON type '${type}'`);
  }
}

/** strconv.ParseBool. */
function parseBoolean(text: string): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw new LanguageError(`strconv.ParseBool: parsing ${quoteGo(text)}: invalid syntax`);
}

function compareNumbers(given: number, comparator: string, wanted: number): boolean {
  switch (comparator) {
    case ">=":
      return given >= wanted;
    case ">":
      return given > wanted;
    case "=":
    case "":
      return given === wanted;
    case "!=":
      return given !== wanted;
    case "<":
      return given < wanted;
    case "<=":
      return given <= wanted;
    default:
      return false;
  }
}

/** An unanchored pattern. Other comparators than these never match. */
function compareTexts(given: string, comparator: string, pattern: string): boolean {
  const regexp = compileRegexp(pattern);
  if (comparator === "=" || comparator === "") return regexp.test(given);
  return comparator === "!=" && !regexp.test(given);
}
