// Reviews: questions that are created and answered at once, and never stored.
// Source: Kubernetes API reference, authentication.k8s.io/v1 and authorization.k8s.io/v1.
import type { AccessSubject } from "../resources/access-decision.ts";
import { isJsonObject } from "../resources/structural-schema.ts";
import { API_AUDIENCE } from "../platform/identity.ts";
import { type Exchange, readObject, respondJson } from "./exchange.ts";
import { REVIEWS } from "./served-resources.ts";
import { badRequest } from "./status-error.ts";

type Json = Readonly<Record<string, unknown>>;
type Answer = (exchange: Exchange, spec: Json) => Promise<Json>;

/** Answers a review; undefined when there is no review of this name. */
export function reviewHandler(group: string, plural: string): ((exchange: Exchange) => Promise<void>) | undefined {
  const review = REVIEWS.find((candidate) => candidate.group === group && candidate.plural === plural);
  const answer = ANSWERS.get(plural);
  if (review === undefined || answer === undefined) return undefined;
  return async (exchange) => {
    const body = await readObject(exchange);
    const spec = objectAt(body, "spec");
    const status = await answer(exchange, spec);
    const apiVersion = `${review.group}/${review.version}`;
    respondJson(exchange.response, 201, {
      kind: review.kind,
      apiVersion,
      metadata: { creationTimestamp: null },
      spec,
      status,
    });
  };
}

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["tokenreviews", reviewToken],
  ["selfsubjectreviews", async ({ caller }) => ({ userInfo: userInfo(caller) })],
  ["subjectaccessreviews", async (exchange, spec) => await reviewAccess(exchange, spec, subjectOf(spec))],
  ["selfsubjectaccessreviews", async (exchange, spec) => await reviewAccess(exchange, spec, exchange.caller)],
  ["selfsubjectrulesreviews", reviewRules],
]);

async function reviewToken({ services }: Exchange, spec: Json): Promise<Json> {
  const asked = stringsAt(spec, "audiences");
  const audiences = asked.length === 0 ? [API_AUDIENCE] : asked;
  const caller = await services.tokens.review(textAt(spec, "token"), audiences);
  if (caller === undefined)
    return { authenticated: false, error: "the token is not valid for these audiences now", user: {} };
  return { authenticated: true, user: userInfo(caller), audiences: caller.audiences };
}

function userInfo({ user, groups, pod }: Exchange["caller"]): Json {
  const extra = {
    "authentication.kubernetes.io/pod-name": [pod?.name],
    "authentication.kubernetes.io/pod-uid": [pod?.uid],
  };
  return { username: user, groups, ...(pod !== undefined && { extra }) };
}

async function reviewAccess({ services }: Exchange, spec: Json, subject: AccessSubject): Promise<Json> {
  const { user, groups } = subject;
  if (isJsonObject(spec["nonResourceAttributes"])) {
    const path = spec["nonResourceAttributes"];
    const request = { user, groups, verb: textAt(path, "verb"), path: textAt(path, "path") };
    return { ...(await services.authorizer.authorizePath(request)) };
  }
  const resource = objectAt(spec, "resourceAttributes");
  const subresource = textAt(resource, "subresource");
  const name = textAt(resource, "name");
  return await services.authorizer.authorize({
    user,
    groups,
    verb: textAt(resource, "verb"),
    group: textAt(resource, "group"),
    resource: `${textAt(resource, "resource")}${subresource === "" ? "" : `/${subresource}`}`,
    namespace: textAt(resource, "namespace"),
    ...(name !== "" && { name }),
  });
}

async function reviewRules({ services, caller }: Exchange, spec: Json): Promise<Json> {
  const namespace = textAt(spec, "namespace");
  if (namespace === "") throw badRequest("no namespace on request");
  const granted = await services.authorizer.rules(caller, namespace);
  const rules = granted.map(({ rule }) => rule);
  return {
    incomplete: false,
    resourceRules: rules
      .filter(({ resources }) => (resources ?? []).length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, resourceNames })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => (nonResourceURLs ?? []).length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
  };
}

function subjectOf(spec: Json): AccessSubject {
  return { user: textAt(spec, "user"), groups: stringsAt(spec, "groups") };
}

function objectAt(json: Json, field: string): Json {
  const value = json[field] ?? {};
  if (!isJsonObject(value)) throw badRequest(`${field} must be an object`);
  return value;
}

function textAt(json: Json, field: string): string {
  const value = json[field] ?? "";
  if (typeof value !== "string") throw badRequest(`${field} must be a string`);
  return value;
}

function stringsAt(json: Json, field: string): readonly string[] {
  const value = json[field] ?? [];
  const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
  if (!isList) throw badRequest(`${field} must be a list of strings`);
  return value;
}
