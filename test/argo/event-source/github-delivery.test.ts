import { createHmac } from "node:crypto";

import { describe, expect, it } from "vitest";

import { decideGithubDelivery, type GithubDelivery } from "../../../src/argo/event-source/github-delivery.ts";
import { nodeHmac } from "../../../src/platform/node/node-hmac.ts";
import { exampleDeliveries } from "../../support/github-events.ts";

const secret = Buffer.from("it's a secret");
const rules = { secret, digest: nodeHmac };

function delivery(body: string | Uint8Array, headers: Record<string, string> = {}): GithubDelivery {
  const bytes = Buffer.from(body);
  const all = {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": "72d3162e",
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`,
    host: "example.com",
    ...headers,
  };
  const present = Object.entries(all).filter(([, value]) => value !== "");
  return { headers: new Map(present.map(([name, value]) => [name, [value]])), body: bytes };
}

function refusal(given: GithubDelivery, with_: Parameters<typeof decideGithubDelivery>[1] = rules): string {
  const decision = decideGithubDelivery(given, with_);
  return decision.kind === "refused" ? `${decision.status} ${decision.reason}` : "accepted";
}

it("an event has headers as lists, a sorted body with the event's name and id, and the metadata", () => {
  const decision = decideGithubDelivery(delivery('{"ref":"refs/heads/<x>","id":9007199254740993,"a":1.0}'), {
    ...rules,
    metadata: { team: "one" },
  });

  expect(decision.kind === "accepted" && decision.data.replace(/sha256=[\da-f]+/, "sha256=…")).toBe(
    '{"headers":{"Content-Type":["application/json"],"X-Github-Delivery":["72d3162e"],"X-Github-Event":["push"],' +
      '"X-Hub-Signature-256":["sha256=…"]},"body":{"X-GitHub-Delivery":"72d3162e","X-GitHub-Event":"push","a":1,' +
      '"id":9007199254740992,"ref":"refs/heads/\\u003cx\\u003e"},"metadata":{"team":"one"}}',
  );
});

it("a form's payload field is the body", () => {
  const form = delivery(`payload=${encodeURIComponent('{"zen":"a b"}')}`, {
    "content-type": "application/x-www-form-urlencoded",
  });
  const decision = decideGithubDelivery(form, rules);

  expect(decision.kind === "accepted" && JSON.parse(decision.data)).toMatchObject({ body: { zen: "a b" } });
});

it("an older signature is checked with the hash that it names", () => {
  const body = "{}";
  const sha1 = createHmac("sha1", secret).update(body).digest("hex");

  expect(refusal(delivery(body, { "x-hub-signature-256": "", "x-hub-signature": `sha1=${sha1}` }))).toBe("accepted");
});

it("an Authorization header does not come into the event", () => {
  const decision = decideGithubDelivery(delivery("{}", { authorization: "Bearer abc" }), rules);

  expect(decision.kind === "accepted" && decision.data).not.toContain("abc");
});

describe("refusals have the statuses and texts of Argo Events", () => {
  it.each<readonly [string, GithubDelivery, string]>([
    ["no content type", delivery("{}", { "content-type": "" }), "400 mime: no media type"],
    [
      "another content type",
      delivery("{}", { "content-type": "text/plain; charset=utf-8" }),
      '400 webhook request has unsupported Content-Type "text/plain"',
    ],
    ["no signature", delivery("{}", { "x-hub-signature-256": "" }), "400 missing signature"],
    [
      "a signature of another body",
      { ...delivery("{}"), body: Buffer.from("{ }") },
      "400 payload signature check failed",
    ],
    ["a short signature", delivery("{}", { "x-hub-signature-256": "sha256=ab" }), "400 payload signature check failed"],
    ["no equals sign", delivery("{}", { "x-hub-signature-256": "abc" }), "400 error parsing signature"],
    ["another hash", delivery("{}", { "x-hub-signature-256": "md5=ab" }), "400 unknown hash type prefix"],
    ["no digits at all", delivery("{}", { "x-hub-signature-256": "sha256=" }), "400 payload signature check failed"],
    ["no hexadecimal digits", delivery("{}", { "x-hub-signature-256": "sha256=xy" }), "400 error decoding signature"],
    ["an empty body", delivery(""), "400 unexpected end of JSON input"],
    ["no JSON", delivery("{"), "400 the payload is no valid JSON"],
    ["a list", delivery("[1]"), "400 json: cannot unmarshal array into Go value of type map[string]interface {}"],
    ["a number", delivery("3"), "400 json: cannot unmarshal number into Go value of type map[string]interface {}"],
    [
      "a form without a payload",
      delivery("zen=x", { "content-type": "application/x-www-form-urlencoded" }),
      "400 unexpected end of JSON input",
    ],
    ["null", delivery("null"), "400 json: cannot unmarshal null into Go value of type map[string]interface {}"],
    ["deep nesting", delivery(`{"a":${"[".repeat(600)}`), "400 the payload has more than 500 values inside each other"],
  ])("%s", (_title, given, expected) => {
    expect(refusal(given)).toBe(expected);
  });
});

it("the signature is checked before anything is parsed", () => {
  expect(refusal({ ...delivery("{}"), body: Buffer.from("no json") })).toBe("400 payload signature check failed");
});

it("without a secret nothing is checked", () => {
  expect(refusal(delivery("{}", { "x-hub-signature-256": "" }), { digest: nodeHmac })).toBe("accepted");
});

it("every delivery that GitHub documents is accepted and keeps its payload", () => {
  const changed = exampleDeliveries().filter(({ event, body }) => {
    const decision = decideGithubDelivery(delivery(body, { "x-github-event": event }), rules);
    if (decision.kind === "refused") return true;
    const {
      "X-GitHub-Event": name,
      "X-GitHub-Delivery": id,
      ...rest
    } = (JSON.parse(decision.data) as { body: Record<string, unknown> }).body;
    const sorted = (text: string): string => JSON.stringify(sortKeys(JSON.parse(text)));
    return name !== event || id !== "72d3162e" || sorted(JSON.stringify(rest)) !== sorted(body);
  });

  expect(changed.map(({ title }) => title)).toEqual([]);
});

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}
