// Who sends a request: a client certificate of our authority, or a ServiceAccount's bearer token.
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { AUTHENTICATED } from "../resources/access-decision.ts";
import { PlatformError } from "../platform/errors.ts";
import { API_AUDIENCE, type TokenReviewer } from "../platform/identity.ts";
import type { ApiCaller } from "./exchange.ts";

const ANONYMOUS: ApiCaller = { user: "system:anonymous", groups: ["system:unauthenticated"] };

/** The caller. Without a credential: anonymous, which may read public paths only. Unauthorized when a token is bad. */
export async function authenticate(request: IncomingMessage, tokens: TokenReviewer): Promise<ApiCaller> {
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) return callerOfCertificate(request) ?? ANONYMOUS;
  const caller = await tokens.review(token, [API_AUDIENCE]);
  if (caller === undefined) throw unauthorized();
  return caller;
}

export function isAnonymous(caller: ApiCaller): boolean {
  return caller.user === ANONYMOUS.user;
}

export function unauthorized(): PlatformError {
  return new PlatformError({ code: "Unauthorized", message: "Unauthorized" });
}

function bearerToken(header: string | undefined): string | undefined {
  const match = /^Bearer +(\S+)\s*$/i.exec(header ?? "");
  return match?.[1];
}

/** The common name is the user, the organizations are the groups. Source: "Authenticating", X.509 client certificates. */
function callerOfCertificate(request: IncomingMessage): ApiCaller | undefined {
  const { socket } = request;
  // `authorized` says that the chain was verified against our authority in the handshake.
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  const parts = (certificate?.subject ?? "").split("\n");
  const user = valuesOf(parts, "CN")[0];
  if (user === undefined) return undefined;
  return { user, groups: [...valuesOf(parts, "O"), AUTHENTICATED] };
}

function valuesOf(parts: readonly string[], attribute: string): readonly string[] {
  const prefix = `${attribute}=`;
  return parts.filter((part) => part.startsWith(prefix)).map((part) => part.slice(prefix.length));
}
