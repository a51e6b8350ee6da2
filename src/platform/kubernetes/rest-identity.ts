// Tokens, their review and access questions, asked of an API server.
// Source: Kubernetes API reference, authentication.k8s.io/v1 and authorization.k8s.io/v1.
import { SERVICE_ACCOUNT } from "../../resources/core.ts";
import { PlatformError } from "../errors.ts";
import type { Authorizer, Caller, TokenIssuer, TokenReviewer } from "../identity.ts";
import { objectPath } from "./resource-path.ts";
import type { RestClient } from "./rest-client.ts";

export function createRestTokenIssuer(client: RestClient): TokenIssuer {
  return {
    async issue({ namespace, serviceAccount, audience, expirationSeconds, pod }) {
      const answer = (await client.request({
        method: "POST",
        path: objectPath(SERVICE_ACCOUNT, { namespace, name: serviceAccount }, "token"),
        body: {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          spec: {
            audiences: [audience],
            expirationSeconds,
            ...(pod !== undefined && { boundObjectRef: { apiVersion: "v1", kind: "Pod", ...pod } }),
          },
        },
      })) as { readonly status?: { readonly token?: string; readonly expirationTimestamp?: string } };
      const { token, expirationTimestamp = "" } = answer.status ?? {};
      if (token === undefined) throw incomplete("TokenRequest");
      return { token, expiresAt: Date.parse(expirationTimestamp) };
    },
  };
}

interface TokenReviewStatus {
  readonly authenticated?: boolean;
  readonly user?: {
    readonly username?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly audiences?: readonly string[];
}

export function createRestTokenReviewer(client: RestClient): TokenReviewer {
  return {
    async review(token, audiences) {
      const answer = (await client.request({
        method: "POST",
        path: "/apis/authentication.k8s.io/v1/tokenreviews",
        body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token, audiences } },
      })) as { readonly status?: TokenReviewStatus };
      return callerOf(answer.status ?? {}, audiences);
    },
  };
}

function callerOf(
  { authenticated, user, audiences = [] }: TokenReviewStatus,
  asked: readonly string[],
): Caller | undefined {
  if (authenticated !== true || user?.username === undefined) return undefined;
  const matching = asked.filter((audience) => audiences.includes(audience));
  if (matching.length === 0) return undefined;
  const pod = podOf(user.extra ?? {});
  return {
    user: user.username,
    groups: user.groups ?? [],
    ...(pod !== undefined && { pod }),
    audiences: matching,
  };
}

function podOf(extra: Readonly<Record<string, readonly string[]>>): Caller["pod"] {
  const name = extra["authentication.kubernetes.io/pod-name"]?.[0];
  const uid = extra["authentication.kubernetes.io/pod-uid"]?.[0];
  return name === undefined || uid === undefined ? undefined : { name, uid };
}

export function createRestAuthorizer(client: RestClient): Authorizer {
  return {
    async authorize({ user, groups, verb, group, resource, namespace, name }) {
      const [plural = "", ...subresource] = resource.split("/");
      const resourceAttributes = {
        verb,
        group,
        namespace,
        resource: plural,
        ...(subresource.length > 0 && { subresource: subresource.join("/") }),
        ...(name !== undefined && { name }),
      };
      const answer = (await client.request({
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SubjectAccessReview",
          spec: { user, groups, resourceAttributes },
        },
      })) as { readonly status?: { readonly allowed?: boolean; readonly reason?: string } };
      if (answer.status === undefined) throw incomplete("SubjectAccessReview");
      return { allowed: answer.status.allowed === true, reason: answer.status.reason ?? "" };
    },
  };
}

function incomplete(kind: string): PlatformError {
  return new PlatformError({ code: "Internal", message: `the API server answered a ${kind} without a status` });
}
