import { buildPayload } from "../../../src/argo/sensor/apply-parameters.ts";
import type { TriggerParameter } from "../../../src/resources/sensor.ts";
import { defaultContext } from "./event-filters.ts";

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { doc, parameters } = input as { readonly doc: string; readonly parameters: readonly TriggerParameter[] };
  const events = new Map([["dep", { context: defaultContext, data: documents?.[doc] ?? "" }]]);
  return buildPayload(parameters, { events, sources: { now: () => 0, random: () => 0 } });
}
