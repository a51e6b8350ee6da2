// The end of a workflow's step, said to the gateway, so that what it minted for the step is void at once.
import { createGatewayClient, type GatewayClientOptions } from "./gateway-client.ts";

/** The step asks nothing more of GitHub. The gateway finds out by itself a little later when this does not reach it. */
export async function tellStepFinished(options: GatewayClientOptions): Promise<void> {
  const answer = await createGatewayClient(options).send({ method: "POST", path: "/step/finished" });
  await answer.body?.cancel();
}
