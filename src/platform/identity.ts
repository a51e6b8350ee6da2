// Who is calling, and what may they do: ServiceAccount tokens and role rules, on both engines.

/** The audience of the API server itself: a token for another audience is refused there. */
export const API_AUDIENCE = "https://kubernetes.default.svc";

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string;
  readonly expirationSeconds: number;
  /** A token bound to a pod is void as soon as the pod is gone. */
  readonly pod?: { readonly name: string; readonly uid: string };
}

export interface TokenIssuer {
  /** NotFound when the account or the pod does not exist. `expiresAt` is in milliseconds since the epoch. */
  issue(request: TokenRequest): Promise<{ readonly token: string; readonly expiresAt: number }>;
}

/** A caller whose token was good. Names follow Kubernetes: `system:serviceaccount:<namespace>:<name>`. */
export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
  readonly pod?: { readonly name: string; readonly uid: string };
  /** Of the audiences asked for, those the token has. */
  readonly audiences: readonly string[];
}

export interface TokenReviewer {
  /** Undefined when the token is not valid for any of the audiences, now. */
  review(token: string, audiences: readonly string[]): Promise<Caller | undefined>;
}

export interface AccessRequest {
  readonly user: string;
  readonly groups: readonly string[];
  /** get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  readonly group: string;
  /** Plural, with subresource: `pods/log`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string;
}

export interface Authorizer {
  /** `reason` is the sentence an operator reads when it is refused. */
  authorize(request: AccessRequest): Promise<{ readonly allowed: boolean; readonly reason: string }>;
}

/** The user name of a ServiceAccount. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
