// Deliveries as GitHub signs them, to a running engine.
import { createHmac, randomUUID } from "node:crypto";
import type { EngineWorld } from "../../test/support/engine-world.ts";

/** Milliseconds until the engine answered 2xx. */
export async function deliver(world: EngineWorld, event: string, payload: object): Promise<number> {
  const body = JSON.stringify(payload);
  const signature = createHmac("sha256", world.webhookSecret).update(body).digest("hex");
  const start = performance.now();
  const response = await fetch(world.addresses.webhookUrl, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${signature}`,
    },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the delivery was answered ${response.status} ${text}`);
  return performance.now() - start;
}
