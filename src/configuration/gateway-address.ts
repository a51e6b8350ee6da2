// Where a cluster's gateway is, as the installation keeps it for the runs' namespace: the chart writes the address, the gateway
// its authority.
import type { ConfigMap } from "../resources/core.ts";
import type { GatewayAddress } from "./run-file.ts";

export const GATEWAY_CONFIG_MAP = "runyard-gateway";
export const ADDRESS_KEY = "address";
export const AUTHORITY_KEY = "ca.crt";

/** Undefined: the gateway has not started yet. */
export function readGatewayAddress({ data }: ConfigMap): GatewayAddress | undefined {
  const address = data?.[ADDRESS_KEY] ?? "";
  const authority = data?.[AUTHORITY_KEY] ?? "";
  return address === "" || authority === "" ? undefined : { address, authority };
}
