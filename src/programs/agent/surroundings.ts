// Where the agent program finds its token, and its log: the same for every container and every step.
import { readFileSync } from "node:fs";
import { TOKEN_FILE } from "../../configuration/run-file.ts";
import { jsonLog, type JsonLog } from "../../platform/node/json-log.ts";
import { SYSTEM_CLOCK } from "../../platform/node/system-clock.ts";

const { env } = process;

const tokenFile = env["RUNYARD_TOKEN_FILE"] ?? TOKEN_FILE;

/** How this program asks the gateway: with the token of its role. */
export function gatewayAt(gatewayUrl: string) {
  return { gatewayUrl, tokenFile, clock: SYSTEM_CLOCK };
}

export const LOG: JsonLog = jsonLog({ write: (line) => process.stdout.write(line), now: () => Date.now() });

/** The token of this container's role; no log shows it from now on. */
export function readToken(): string {
  const token = readFileSync(tokenFile, "utf8").trim();
  LOG.maskSecret(token);
  return token;
}
