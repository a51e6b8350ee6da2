// `/_ctl`: what a test in another process (or another language) does that one in this process does by calling methods.

import type { Context, Hono } from "hono";

import type { CallRecord } from "./faults/call-log.ts";
import type { Effect } from "./faults/effect-log.ts";
import type { Faults } from "./faults/faults.ts";
import { parseFault } from "./faults/parse-fault.ts";
import type { NodeEnvironment } from "./rest/rest-api.ts";
import type { Delivery } from "./state/check-rows.ts";

/** The part of a simulator that `/_ctl` serves. */
export interface Controllable {
  readonly faults: Faults;
  deliveries(): readonly Delivery[];
  effects(): readonly Effect[];
  calls(): readonly CallRecord[];
  settled(): Promise<void>;
}

export function serveControl(app: Hono<NodeEnvironment>, simulator: Controllable): void {
  app.post("/_ctl/faults", async (context) => {
    const fault = parseFault(await context.req.json().catch(() => undefined));
    if (typeof fault === "string") {
      return context.json({ message: fault }, 400);
    }
    simulator.faults.add(fault);
    return context.body(null, 204);
  });
  app.delete("/_ctl/faults", (context) => {
    simulator.faults.clear();
    return context.body(null, 204);
  });
  app.get("/_ctl/effects", (context) => context.json(simulator.effects()));
  app.get("/_ctl/calls", (context) => context.json(simulator.calls()));
  app.get("/_ctl/deliveries", (context) => context.json(simulator.deliveries().map(viewDelivery)));
  app.post("/_ctl/settled", (context) => settle(context, simulator));
}

async function settle(context: Context<NodeEnvironment>, simulator: Controllable): Promise<Response> {
  await simulator.settled();
  return context.body(null, 204);
}

function viewDelivery(delivery: Delivery): object {
  const { repository, ...rest } = delivery;
  return { ...rest, repository: repository === null ? null : `${repository.owner.login}/${repository.name}` };
}
