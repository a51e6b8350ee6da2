// App JWTs, checked as GitHub documents them: RS256, at most ten minutes ahead, `iss` is the App's id or client id.

import { verify } from "node:crypto";

import { Refusal } from "../rest/refusal.ts";
import type { App } from "../state/rows.ts";
import type { State } from "../state/state.ts";

const LIFETIME_SECONDS_MAX = 600;
/** GitHub allows for a little clock drift of the caller. */
const DRIFT_SECONDS_MAX = 60;

/** The App that signed the token; throws a 401 Refusal with GitHub's reason. */
export function verifyAppJwt(state: State, jwt: string, nowMs: number): App {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const { alg } = decode(header);
  const { iss, iat, exp } = decode(payload);
  if (alg !== "RS256") {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
  const app = state.apps.find((candidate) => String(candidate.id) === String(iss) || candidate.clientId === iss);
  if (app === undefined) {
    throw new Refusal(401, "Integration not found");
  }
  const isGenuine = verify(
    "sha256",
    Buffer.from(`${header}.${payload}`),
    app.publicKeyPem,
    Buffer.from(signature, "base64url"),
  );
  if (!isGenuine) {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
  checkTimes(iat, exp, Math.floor(nowMs / 1000));
  return app;
}

function checkTimes(iat: unknown, exp: unknown, now: number): void {
  if (typeof iat !== "number" || iat > now + DRIFT_SECONDS_MAX) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (typeof exp !== "number" || exp <= now) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + LIFETIME_SECONDS_MAX + DRIFT_SECONDS_MAX || exp - iat > LIFETIME_SECONDS_MAX + DRIFT_SECONDS_MAX) {
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  }
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
}
