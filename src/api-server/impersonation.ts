// `kubectl --as`: a caller that may impersonate acts as somebody else. Ignoring the headers would do as an
// administrator what was asked to be done as another. Source: "Authenticating", section "User impersonation".
import type { IncomingHttpHeaders } from "node:http";
import { forbiddenMessage } from "../platform/authorized-resource-store.ts";
import { PlatformError } from "../platform/errors.ts";
import type { Authorizer } from "../platform/identity.ts";
import { AUTHENTICATED } from "../resources/access-decision.ts";
import type { ApiCaller } from "./exchange.ts";
import { badRequest } from "./status-error.ts";

/** The caller to act as: the same one without impersonation headers. Forbidden unless each part may be impersonated. */
export async function impersonate(
  caller: ApiCaller,
  headers: IncomingHttpHeaders,
  authorizer: Authorizer,
): Promise<ApiCaller> {
  const user = headers["impersonate-user"];
  const groups = headerValues(headers["impersonate-group"]);
  const unsupported = Object.keys(headers).find((name) => name.startsWith("impersonate-") && !KNOWN.has(name));
  if (unsupported !== undefined) throw badRequest(`the header ${unsupported} is not supported`);
  if (user === undefined && groups.length === 0) return caller;
  if (typeof user !== "string" || user === "") throw badRequest("impersonating a group needs a user, too");
  await requireRight(caller, authorizer, impersonatedUser(user));
  for (const group of groups)
    await requireRight(caller, authorizer, { resource: "groups", namespace: "", name: group });
  const account = ACCOUNT.exec(user);
  const own = account === null ? [] : ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`];
  return { user, groups: [...(groups.length > 0 ? groups : own), AUTHENTICATED] };
}

const KNOWN = new Set(["impersonate-user", "impersonate-group"]);
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

interface Impersonated {
  readonly resource: "users" | "serviceaccounts" | "groups";
  readonly namespace: string;
  readonly name: string;
}

function impersonatedUser(user: string): Impersonated {
  const [, namespace, name] = ACCOUNT.exec(user) ?? [];
  if (namespace === undefined || name === undefined) return { resource: "users", namespace: "", name: user };
  return { resource: "serviceaccounts", namespace, name };
}

async function requireRight(caller: ApiCaller, authorizer: Authorizer, what: Impersonated): Promise<void> {
  const { user, groups } = caller;
  const decision = await authorizer.authorize({ user, groups, verb: "impersonate", group: "", ...what });
  if (decision.allowed) return;
  throw new PlatformError({
    code: "Forbidden",
    message: forbiddenMessage({ group: "", ...what, reason: decision.reason }),
  });
}

/** Node joins repeated headers with a comma; group names hold none. */
function headerValues(value: string | readonly string[] | undefined): readonly string[] {
  const texts = typeof value === "string" ? value.split(",") : (value ?? []);
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}
