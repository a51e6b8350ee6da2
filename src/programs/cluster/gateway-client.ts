// Where the controller of a cluster finds the gateway: for its own calls, and to tell agents' pods, which ask no names.
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { GATEWAY_CONFIG_MAP, readGatewayAddress } from "../../configuration/gateway-address.ts";
import { GATEWAY_SERVER_NAME, type GatewayAddress } from "../../configuration/run-file.ts";
import { PlatformError } from "../../platform/errors.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { CONFIG_MAP } from "../../resources/core.ts";
import type { GatewayCallOptions } from "../call-gateway.ts";

/** A projected token for the audience of controllers, as the chart mounts it. */
const TOKEN_FILE = "/var/run/secrets/runyard/token";

/** Of the runs' namespace, as chart and gateway have written it; Unavailable until both have. */
export async function findGateway(store: ResourceReader, namespace: string): Promise<GatewayAddress> {
  const map = await store.get(CONFIG_MAP, { namespace, name: GATEWAY_CONFIG_MAP });
  const found = map === undefined ? undefined : readGatewayAddress(map);
  if (found !== undefined) return found;
  throw new PlatformError({
    code: "Unavailable",
    message: `ConfigMap ${namespace}/${GATEWAY_CONFIG_MAP} does not say yet where the gateway is and what to trust there`,
    hint: "look whether the Deployment runyard-gateway is ready; the ConfigMap itself is the chart's",
  });
}

/** With the address that the Service's name stands for now; Unavailable when nobody knows the name. */
export async function resolveGateway(store: ResourceReader, namespace: string): Promise<GatewayAddress> {
  const { address, authority } = await findGateway(store, namespace);
  const { hostname, port } = new URL(`https://${address}`);
  try {
    const found = await lookup(hostname);
    const host = found.family === 6 ? `[${found.address}]` : found.address;
    return { address: `${host}:${port}`, authority };
  } catch (error) {
    throw new PlatformError({
      code: "Unavailable",
      message: `the gateway's Service ${hostname} has no address: ${(error as Error).message}`,
      hint: "look whether the Service runyard-gateway exists and the cluster's DNS answers",
      cause: error,
    });
  }
}

export function wayToGateway(
  find: () => Promise<GatewayAddress>,
  environment: Readonly<Record<string, string | undefined>>,
): GatewayCallOptions {
  const tokenFile = environment["RUNYARD_TOKEN_FILE"] ?? TOKEN_FILE;
  return {
    token: async () => (await readFile(tokenFile, "utf8")).trim(),
    open: async (options, onAnswer) => {
      const { address, authority } = await find();
      const { hostname, port } = new URL(`https://${address}`);
      const tls = { ca: authority, servername: GATEWAY_SERVER_NAME, minVersion: "TLSv1.3" as const };
      return request({ ...options, ...tls, host: hostname.replaceAll(/[[\]]/g, ""), port }, onAnswer);
    },
  };
}
