// serviceaccounts/token: a token for an account, for an audience, bound to a pod if asked.
// Source: Kubernetes API reference, TokenRequest of authentication.k8s.io/v1.
import { PlatformError } from "../platform/errors.ts";
import { isJsonObject } from "../resources/structural-schema.ts";
import { API_AUDIENCE } from "../platform/identity.ts";
import { readObject, type ResourceExchange, respondJson } from "./exchange.ts";

const LIFE_SECONDS = 3600;
const LIFE_SECONDS_MIN = 600;

export async function handleTokenRequest(exchange: ResourceExchange): Promise<void> {
  const { info, services, response } = exchange;
  const body = await readObject(exchange);
  const spec = isJsonObject(body["spec"]) ? body["spec"] : {};
  const audiences = audiencesOf(spec["audiences"]);
  const expirationSeconds = lifeOf(spec["expirationSeconds"]);
  const pod = boundPod(spec["boundObjectRef"]);
  const issued = await services.tokens.issue({
    namespace: info.namespace,
    serviceAccount: info.name ?? "",
    audience: audiences[0] ?? API_AUDIENCE,
    expirationSeconds,
    ...(pod !== undefined && { pod }),
  });
  respondJson(response, 201, {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name: info.name, namespace: info.namespace },
    spec: { ...spec, audiences: [audiences[0] ?? API_AUDIENCE], expirationSeconds },
    status: { token: issued.token, expirationTimestamp: new Date(issued.expiresAt).toISOString() },
  });
}

function audiencesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const isList = Array.isArray(value) && value.every((audience) => typeof audience === "string" && audience !== "");
  if (!isList || value.length > 1) throw invalid("spec.audiences", "must be a list of at most one audience");
  return value as readonly string[];
}

function lifeOf(value: unknown): number {
  if (value === undefined || value === null) return LIFE_SECONDS;
  if (!Number.isInteger(value) || (value as number) < LIFE_SECONDS_MIN) {
    throw invalid(
      "spec.expirationSeconds",
      `must be a whole number, and not less than 10 minutes (${LIFE_SECONDS_MIN})`,
    );
  }
  return value as number;
}

function boundPod(value: unknown): { readonly name: string; readonly uid: string } | undefined {
  if (value === undefined || value === null) return undefined;
  const { kind, name, uid } = isJsonObject(value) ? value : {};
  if (kind !== "Pod" || typeof name !== "string" || typeof uid !== "string") {
    throw invalid("spec.boundObjectRef", "must name a Pod with kind, name and uid");
  }
  return { name, uid };
}

function invalid(field: string, message: string): PlatformError {
  return new PlatformError({
    code: "Invalid",
    message: `TokenRequest.authentication.k8s.io "" is invalid: ${field}: ${message}`,
    causes: [{ field, message }],
  });
}
