// Where the agent program finds the gateway, and its log: the same for every container and every step.
import { readFileSync } from "node:fs";
import { TOKEN_FILE } from "../../configuration/run-file.ts";
import { jsonLog, type JsonLog } from "../../platform/node/json-log.ts";
import { SYSTEM_CLOCK } from "../../platform/node/system-clock.ts";

const { env } = process;

export const GATEWAY = {
  // The Service of the chart; on one machine the container's init says otherwise.
  gatewayUrl: env["RUNYARD_GATEWAY_URL"] ?? "http://runyard-gateway:8080",
  tokenFile: env["RUNYARD_TOKEN_FILE"] ?? TOKEN_FILE,
  clock: SYSTEM_CLOCK,
};

export const LOG: JsonLog = jsonLog({ write: (line) => process.stdout.write(line), now: () => Date.now() });

/** The token of this container's role; no log shows it from now on. */
export function readToken(): string {
  const token = readFileSync(GATEWAY.tokenFile, "utf8").trim();
  LOG.maskSecret(token);
  return token;
}
