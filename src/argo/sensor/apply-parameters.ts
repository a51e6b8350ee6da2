// Writes the parameters of a trigger into JSON: the resource to be made, the trigger itself, or a request's body.
import { readPath } from "../../languages/gjson/gjson.ts";
import type { LanguageSources } from "../../languages/go-value.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { writePath, writeRawPath } from "../../languages/sjson/sjson.ts";
import type { TriggerParameter } from "../../resources/sensor.ts";
import { resolveParameter, type FiringEvents, type ParameterValue } from "./resolve-parameter.ts";

/** One after the other; later ones see what earlier ones wrote. LanguageError when a value or its place is missing. */
export function applyParameters(
  json: string,
  parameters: readonly TriggerParameter[],
  { events, sources }: { readonly events: FiringEvents; readonly sources: LanguageSources },
): string {
  return parameters.reduce((text, parameter) => {
    const value = resolveParameter(parameter.src, events, sources);
    return value === undefined ? text : write(text, parameter, value);
  }, json);
}

/**
 * The body of a request: an empty `dest` makes its value the whole body. No trigger that the engine runs has one yet.
 * @public
 */
export function buildPayload(
  parameters: readonly TriggerParameter[],
  context: { readonly events: FiringEvents; readonly sources: LanguageSources },
): string {
  const whole = parameters.findIndex((parameter) => parameter.dest === "");
  const before = applyParameters("", whole < 0 ? parameters : parameters.slice(0, whole), context);
  const parameter = parameters[whole];
  return parameter === undefined
    ? before
    : (resolveParameter(parameter.src, context.events, context.sources)?.text ?? "");
}

function write(json: string, { dest, operation = "" }: TriggerParameter, value: ParameterValue): string {
  switch (operation) {
    case "":
    case "overwrite":
      return value.raw === undefined ? writePath(json, dest, value.text) : writeRawPath(json, dest, value.raw);
    case "append":
    case "prepend": {
      const present = readPath(json, dest);
      if (!present.exists) return write(json, { src: { dependencyName: "" }, dest }, value);
      const text = value.raw ?? value.text;
      return writePath(json, dest, operation === "append" ? present.text + text : text + present.text);
    }
    default:
      throw new LanguageError(`unsupported trigger parameter operation: ${operation}`);
  }
}
