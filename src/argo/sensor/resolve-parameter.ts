// Where the value of a trigger's parameter comes from: a key or template over the data or context of an event.
import { readPath } from "../../languages/gjson/gjson.ts";
import { readJson } from "../../languages/go-json.ts";
import type { LanguageSources } from "../../languages/go-value.ts";
import { renderGoTemplate } from "../../languages/gotemplate/gotemplate.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { TriggerParameterSource } from "../../resources/sensor.ts";
import { eventAsJson, eventContextAsJson, eventDataAsJson, type SensorEvent } from "./sensor-event.ts";

/** The events of a firing by the names of their dependencies. */
export type FiringEvents = ReadonlyMap<string, SensorEvent>;

export interface ParameterValue {
  readonly text: string;
  /** JSON text to be written as it is, instead of the text as a string. */
  readonly raw?: string;
}

/**
 * Undefined when the dependency had no event in this firing and there is no default: the parameter is left out.
 * LanguageError when nothing is found and there is no default.
 */
export function resolveParameter(
  source: TriggerParameterSource,
  events: FiringEvents,
  sources: LanguageSources,
): ParameterValue | undefined {
  const event = events.get(source.dependencyName);
  const fallback = source.value === undefined ? undefined : { text: source.value };
  if (event === undefined) return fallback;
  if (!hasSelector(source)) return fallback ?? { text: eventAsJson(event) };
  const errors: string[] = [];
  const found = attempt(errors, () => select(source, event, { sources, errors }));
  if (found !== undefined) return found;
  if (fallback !== undefined) return fallback;
  throw new LanguageError(
    `unable to resolve '${source.dependencyName}' parameter value: ${errors.join("; ") || `nothing is at ${keyOf(source)}`}`,
  );
}

function hasSelector({ contextKey, contextTemplate, dataKey, dataTemplate }: TriggerParameterSource): boolean {
  return [contextKey, contextTemplate, dataKey, dataTemplate].some((selector) => (selector ?? "") !== "");
}

/** Where data and context are both given, data wins altogether. */
function isOfData({ dataKey = "", dataTemplate = "" }: TriggerParameterSource): boolean {
  return dataKey !== "" || dataTemplate !== "";
}

function keyOf(source: TriggerParameterSource): string {
  return (isOfData(source) ? source.dataKey : source.contextKey) ?? "";
}

interface Selection {
  readonly sources: LanguageSources;
  readonly errors: string[];
}

/** The template first; where it fails or prints nothing, the key. */
function select(source: TriggerParameterSource, event: SensorEvent, selection: Selection): ParameterValue | undefined {
  const json = isOfData(source) ? eventDataAsJson(event) : eventContextAsJson(event);
  const template = (isOfData(source) ? source.dataTemplate : source.contextTemplate) ?? "";
  const key = keyOf(source);
  const text = template === "" ? undefined : attempt(selection.errors, () => render(template, json, selection.sources));
  if (text !== undefined) return { text };
  const found = key === "" ? undefined : readPath(json, key);
  if (found?.exists !== true) return undefined;
  if (source.useRawData === true && found.type !== "String") return { text: found.text, raw: found.raw };
  return { text: found.type === "Null" ? "null" : found.text };
}

function render(template: string, json: string, sources: LanguageSources): string {
  const text = renderGoTemplate(template, { Input: readJson(json) }, sources);
  if (text !== "" && text !== "<no value>") return text;
  throw new LanguageError(`template evaluated to empty string or no value: ${template}`);
}

function attempt<T>(errors: string[], evaluate: () => T): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    errors.push(error.message);
    return undefined;
  }
}
