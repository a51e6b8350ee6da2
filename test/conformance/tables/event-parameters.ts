import { buildResource } from "../../../src/argo/sensor/build-resource.ts";
import type { TriggerParameter } from "../../../src/resources/sensor.ts";
import { defaultContext } from "./event-filters.ts";

interface Input {
  readonly parameters: readonly TriggerParameter[];
  readonly resource: Readonly<Record<string, unknown>>;
  readonly doc?: string;
  readonly data?: string;
  readonly datacontenttype?: string;
}

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { parameters, resource, doc, data, datacontenttype } = input as Input;
  const context = { ...defaultContext, ...(datacontenttype === undefined ? {} : { datacontenttype }) };
  const events = new Map([["dep", { context, data: data ?? documents?.[doc ?? ""] ?? "" }]]);
  return buildResource(resource, parameters, { events, sources: { now: () => 0, random: () => 0 } });
}
