// The gateway's own token for the API: a file that is made anew long before it ends, so that a gateway that outlives
// its engine keeps its access for a while.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../platform/clock.ts";
import { API_AUDIENCE, type TokenIssuer } from "../../platform/identity.ts";
import type { Log } from "../../platform/log.ts";
import { writePrivateFile } from "../../platform/node/private-file.ts";

export interface GatewayTokenOptions {
  readonly tokens: TokenIssuer;
  readonly directory: string;
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const LIFETIME_SECONDS = 86_400;
const RENEW_EVERY_MS = 3_600_000;

/** Writes the first token, and goes on renewing it until the signal aborts. */
export async function keepGatewayToken(options: GatewayTokenOptions): Promise<{ readonly path: string }> {
  const path = join(options.directory, "api-token");
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await renew(options, path);
  void renewForEver(options, path);
  return { path };
}

async function renewForEver(options: GatewayTokenOptions, path: string): Promise<void> {
  const { clock, log, signal } = options;
  while (!signal.aborted) {
    await clock.sleep(RENEW_EVERY_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    await renew(options, path).catch((error: unknown) => {
      log.write("error", "the gateway's token could not be renewed; it is tried again in an hour", {
        error: String(error),
      });
    });
  }
}

async function renew({ tokens, namespace }: GatewayTokenOptions, path: string): Promise<void> {
  const request = {
    namespace,
    serviceAccount: "runyard-gateway",
    audience: API_AUDIENCE,
    expirationSeconds: LIFETIME_SECONDS,
  };
  const { token } = await tokens.issue(request);
  await writePrivateFile(path, token);
}
