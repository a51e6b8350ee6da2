// Turns a stored EventSource spec into the typed one, with every problem and its path at once.
import type { EventSourceSpec, GithubEventSource } from "../../resources/event-source.ts";
import { checkEventFilter } from "../../languages/expr/event-filter.ts";
import { checkField, readFields, type FieldProblem } from "../event-fields.ts";
import { EVENT_SOURCE_FIELDS } from "./supported-event-source-fields.ts";

export type ParsedEventSource =
  | { readonly isValid: true; readonly spec: EventSourceSpec }
  | { readonly isValid: false; readonly problems: readonly FieldProblem[] };

/** Argo's default of maxPayloadSize. */
export const PAYLOAD_BYTES_DEFAULT = 1_048_576;

/** GitHub sends at most 25 MB. */
export const PAYLOAD_BYTES_MAX = 26_214_400;

export function parseEventSource(value: unknown): ParsedEventSource {
  const problems: FieldProblem[] = [];
  const spec = readFields(value, EVENT_SOURCE_FIELDS, { path: "spec", problems }) as unknown as EventSourceSpec;
  if (problems.length > 0) return { isValid: false, problems };
  for (const [name, source] of Object.entries(spec.github ?? {})) checkGithub(name, source, problems);
  if (Object.keys(spec.github ?? {}).length === 0) problems.push({ path: "spec.github", message: "has no events" });
  return problems.length === 0 ? { isValid: true, spec } : { isValid: false, problems };
}

function checkGithub(name: string, { webhook, filter }: GithubEventSource, problems: FieldProblem[]): void {
  const path = `spec.github.${name}`;
  const port = Number(webhook.port);
  if (name.includes(".")) problems.push({ path, message: "must not have a dot: it separates names on the bus" });
  if (!/^\/\S*$/.test(webhook.endpoint)) {
    problems.push({
      path: `${path}.webhook.endpoint`,
      message: `must be a path such as /github, is "${webhook.endpoint}"`,
    });
  }
  if (!/^\d+$/.test(webhook.port) || port < 1 || port > 65_535) {
    problems.push({ path: `${path}.webhook.port`, message: `must be a port number, is "${webhook.port}"` });
  }
  const expression = filter?.expression;
  if (expression !== undefined) {
    checkField({ path: `${path}.filter.expression`, problems }, () => checkEventFilter(expression));
  }
  const size = webhook.maxPayloadSize ?? PAYLOAD_BYTES_MAX;
  if (size < 1 || size > PAYLOAD_BYTES_MAX) {
    problems.push({
      path: `${path}.webhook.maxPayloadSize`,
      message: `must be from 1 to ${PAYLOAD_BYTES_MAX} bytes, the most that GitHub sends, is ${size}`,
    });
  }
}
