// What becomes of a delivery from GitHub: an event, or a refusal. The signature is checked over the raw bytes before
// anything of them is parsed. Statuses and texts are those of Argo Events v1.9.
import { writeJson } from "../../languages/go-json.ts";
import type { GoValue } from "../../languages/go-value.ts";
import { utf8Text } from "../../languages/utf8.ts";
import { checkSignature, type Digest } from "./check-signature.ts";

export interface GithubDelivery {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
}

export interface GithubDeliveryRules {
  /** Absent: signatures are not checked. */
  readonly secret?: Uint8Array;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly digest: Digest;
}

export type DeliveryDecision =
  /** `data` is the JSON text that Sensors see. */
  | { readonly kind: "accepted"; readonly data: string; readonly event: string; readonly delivery: string }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

export function decideGithubDelivery(delivery: GithubDelivery, rules: GithubDeliveryRules): DeliveryDecision {
  const first = (name: string): string => delivery.headers.get(name)?.[0] ?? "";
  const contentType = readMediaType(first("content-type"));
  if (contentType === undefined) return refuse(400, "mime: no media type");
  if (contentType !== JSON_TYPE && contentType !== FORM_TYPE) {
    return refuse(400, `webhook request has unsupported Content-Type "${contentType}"`);
  }
  if (rules.secret !== undefined) {
    const signature = first("x-hub-signature-256") || first("x-hub-signature");
    const wrong = checkSignature(signature, { key: rules.secret, message: delivery.body, digest: rules.digest });
    if (wrong !== undefined) return refuse(400, wrong);
  }
  const text = utf8Text(delivery.body);
  const payload = readPayload(contentType === JSON_TYPE ? text : formPayload(text));
  if (typeof payload === "string") return refuse(400, payload);
  const event = first("x-github-event");
  const id = first("x-github-delivery");
  const body = { ...payload, "X-GitHub-Event": event, "X-GitHub-Delivery": id };
  return { kind: "accepted", data: eventData(delivery.headers, body, rules.metadata), event, delivery: id };
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

function refuse(status: number, reason: string): DeliveryDecision {
  return { kind: "refused", status, reason };
}

/** The media type without its parameters, in lower case. */
function readMediaType(contentType: string): string | undefined {
  const type = /^\s*([^\s;]+)\s*(?:;|$)/.exec(contentType)?.[1];
  return type?.toLowerCase();
}

function formPayload(text: string): string {
  return new URLSearchParams(text).get("payload") ?? "";
}

/** Objects and lists inside each other; GitHub's own payloads have fewer than ten. */
const NESTING_MAX = 500;

/** The object, or why there is none. */
function readPayload(text: string): Readonly<Record<string, GoValue>> | string {
  if (text.trim() === "") return "unexpected end of JSON input";
  if (isNestedTooDeeply(text)) return `the payload has more than ${NESTING_MAX} values inside each other`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "the payload is no valid JSON";
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, GoValue>;
  const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

function isNestedTooDeeply(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (bracket === "{" || bracket === "[") depth += 1;
    else if (bracket === "}" || bracket === "]") depth -= 1;
    if (depth > NESTING_MAX) return true;
  }
  return false;
}

function eventData(
  headers: GithubDelivery["headers"],
  body: Readonly<Record<string, GoValue>>,
  metadata: Readonly<Record<string, string>> = {},
): string {
  const shown: Record<string, readonly string[]> = {};
  for (const [name, values] of headers) {
    if (name !== "host") shown[canonicalName(name)] = name === "authorization" ? [MASKED] : values;
  }
  const parts = [`"headers":${writeJson(shown)}`, `"body":${writeJson(body)}`];
  if (Object.keys(metadata).length > 0) parts.push(`"metadata":${writeJson(metadata)}`);
  return `{${parts.join(",")}}`;
}

const MASKED = "*** Masked Auth Secret ***";

/** `X-Github-Event`, as Go's net/http writes names of headers. */
function canonicalName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}
