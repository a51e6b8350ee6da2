// Who is calling: the App itself (by its JWT), an installation (by its token), or a person (by a personal token).

import type { Actor, App, InstallationToken, User } from "../state/rows.ts";
import { Refusal } from "../rest/refusal.ts";
import { type World } from "../world.ts";
import { verifyAppJwt } from "./app-jwt.ts";

export type Principal =
  | { readonly kind: "app"; readonly app: App }
  | { readonly kind: "installation"; readonly token: InstallationToken }
  | { readonly kind: "user"; readonly user: User };

/**
 * Identifies the caller by an Authorization header: `Bearer`, `token`, or `Basic` with the token as the password
 * (as git sends it). Throws a 401 Refusal when it is missing, unknown, expired or revoked.
 */
export function identify(world: World, authorization: string | undefined): Principal {
  const credential = readCredential(authorization);
  if (credential === undefined) {
    throw new Refusal(401, "Requires authentication");
  }
  if (/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(credential)) {
    return { kind: "app", app: verifyAppJwt(world.state, credential, world.clock.now()) };
  }
  const token = world.state.installationTokens.get(credential);
  if (token !== undefined && !token.revoked && token.expiresAtMs > world.clock.now()) {
    return { kind: "installation", token };
  }
  const user = world.state.userTokens.get(credential);
  if (user === undefined) {
    throw new Refusal(401, "Bad credentials");
  }
  return { kind: "user", user };
}

function readCredential(authorization: string | undefined): string | undefined {
  const [scheme = "", value = ""] = (authorization ?? "").split(" ");
  switch (scheme.toLowerCase()) {
    case "bearer":
    case "token":
      return value === "" ? undefined : value;
    case "basic": {
      const [login = "", ...password] = Buffer.from(value, "base64").toString("utf8").split(":");
      return password.join(":") || login || undefined;
    }
    default:
      return undefined;
  }
}

export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case "app":
      return { user: principal.app.bot, app: principal.app };
    case "installation":
      return { user: principal.token.installation.app.bot, app: principal.token.installation.app };
    case "user":
      return { user: principal.user, app: null };
  }
}
