// The object that a trigger makes: the resource of its source with the parameters written into it.
import type { LanguageSources } from "../../languages/go-value.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { TriggerParameter } from "../../resources/sensor.ts";
import { applyParameters } from "./apply-parameters.ts";
import type { FiringEvents } from "./resolve-parameter.ts";

export type PlainObject = Readonly<Record<string, unknown>>;

/** LanguageError when a parameter cannot be resolved or written, or the result is no object of a kind. */
export function buildResource(
  resource: PlainObject,
  parameters: readonly TriggerParameter[],
  context: { readonly events: FiringEvents; readonly sources: LanguageSources },
): PlainObject {
  const json = applyParameters(JSON.stringify(resource), parameters, context);
  const built = JSON.parse(json) as PlainObject;
  if (typeof built["kind"] !== "string" || built["kind"] === "") {
    throw new LanguageError("the parameters leave an object without a kind");
  }
  return built;
}
