// An event as a Sensor sees it: a CloudEvent with its data as text.
import { isValidJson } from "../../languages/gjson/json-modifiers.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { utf8Bytes } from "../../languages/utf8.ts";
import { parseYaml } from "../../languages/yaml.ts";
import type { EventContext } from "../../resources/sensor.ts";

export interface SensorEvent {
  readonly context: EventContext;
  readonly data: string;
}

/** The data as JSON text. LanguageError where it is none, or of a content type that has no JSON form. */
export function eventDataAsJson(event: SensorEvent): string {
  switch (event.context.datacontenttype) {
    case "application/json":
      if (!isValidJson(event.data)) throw new LanguageError("event data is not valid JSON");
      return event.data;
    case "application/yaml":
      return JSON.stringify(parseYaml(event.data));
    default:
      throw new LanguageError(`unsupported event content type: ${event.context.datacontenttype}`);
  }
}

/** The attributes as JSON text, in the order in which Argo Events writes them. */
export function eventContextAsJson({ context }: SensorEvent): string {
  const { id, source, specversion, type, datacontenttype, subject, time } = context;
  return JSON.stringify({ id, source, specversion, type, datacontenttype, subject, time });
}

/** The whole event as JSON text; data is base64 there. */
export function eventAsJson(event: SensorEvent): string {
  const bytes = Array.from(utf8Bytes(event.data), (byte) => String.fromCharCode(byte)).join("");
  return `{"context":${eventContextAsJson(event)},"data":${JSON.stringify(btoa(bytes))}}`;
}
