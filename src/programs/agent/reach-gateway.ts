// The way to the gateway. On one machine the container's init has opened it; in a cluster's pod this program forwards a port of
// the container's loopback to the gateway's Service, so that coding agents, git and package managers find it at one address
// and need no authority of their own.
import { GATEWAY_SERVER_NAME, type GatewayAddress } from "../../configuration/run-file.ts";
import { PlatformError } from "../../platform/errors.ts";
import { forwardPort } from "../../platform/node/forward-port.ts";
import { LOG } from "./surroundings.ts";

/** `http://127.0.0.1:PORT`; `find` is asked only in a cluster's pod. */
export async function reachGateway(find: () => GatewayAddress | Promise<GatewayAddress>): Promise<string> {
  const opened = process.env["RUNYARD_GATEWAY_URL"];
  if (opened !== undefined) return opened;
  const { openTls } = await import("../../platform/node/open-tls.ts");
  const { address, authority } = await find();
  const { hostname, port: portText } = new URL(`https://${address}`);
  const far = { host: hostname, port: Number(portText), authority, serverName: GATEWAY_SERVER_NAME };
  const onFailure = (error: Error) => LOG.write("warn", "a connection to the gateway broke", { address, error });
  const { port } = await forwardPort({ port: 0, open: () => openTls(far), onFailure });
  return `http://127.0.0.1:${port}`;
}

/** What a pod needs and has not: the chart was not installed whole, or the gateway has not started yet. */
export function withoutGateway(what: string): PlatformError {
  return new PlatformError({
    code: "Unavailable",
    message: `${what}: the gateway cannot be reached`,
    hint: "look whether the Deployment runyard-gateway is ready",
  });
}
