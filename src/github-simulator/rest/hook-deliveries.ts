// The delivery log of an App's hook, and redelivery on request.

import type { Delivery } from "../state/check-rows.ts";
import type { Json } from "../views/json.ts";
import { callingApp } from "./apps.ts";
import { notFound } from "./refusal.ts";
import { type Call, json, numberParam, plainRoute, type Reply, type Route } from "./route.ts";

const DELIVERY = "/app/hook/deliveries/{delivery_id}";
const PER_PAGE_DEFAULT = 30;
const PER_PAGE_MAX = 100;

export const hookDeliveryRoutes: readonly Route[] = [
  plainRoute("GET", "/app/hook/deliveries", ["app"], listDeliveries),
  plainRoute("GET", DELIVERY, ["app"], (call) => json(viewDelivery(call, wantedDelivery(call)))),
  plainRoute("POST", `${DELIVERY}/attempts`, ["app"], (call) => {
    call.world.webhooks.redeliver(wantedDelivery(call));
    return json({}, 202);
  }),
];

/** Newest first, in pages by cursor (not by number), as GitHub does; filter: `status=success|failure`. */
function listDeliveries(call: Call): Reply {
  const { query } = call;
  const cursor = Number(query.get("cursor") ?? Number.MAX_SAFE_INTEGER);
  const wanted = query.get("status");
  const perPage = Math.min(Number(query.get("per_page") ?? PER_PAGE_DEFAULT) || PER_PAGE_DEFAULT, PER_PAGE_MAX);
  const rows = deliveriesOf(call)
    .filter((row) => row.id <= cursor && (wanted === null || wanted === outcome(row)))
    .toReversed();
  const shown = rows.slice(0, perPage);
  const next = rows[perPage];
  return {
    ...json(shown.map((row) => viewItem(row))),
    ...(next === undefined ? {} : { headers: { link: nextLink(call, next.id, perPage) } }),
  };
}

function nextLink(call: Call, cursor: number, perPage: number): string {
  return `<${call.world.urls.api}/app/hook/deliveries?per_page=${perPage}&cursor=${cursor}>; rel="next"`;
}

function outcome(row: Delivery): string {
  return row.statusCode >= 200 && row.statusCode < 300 ? "success" : "failure";
}

/** Deliveries belong to the App whose hook it is; other Apps have none. */
function deliveriesOf(call: Call): readonly Delivery[] {
  const app = callingApp(call);
  return call.world.webhooks.hook?.app === app ? call.world.state.deliveries.all() : [];
}

function wantedDelivery(call: Call): Delivery {
  const id = numberParam(call, "delivery_id");
  const found = deliveriesOf(call).find((row) => row.id === id);
  if (found === undefined) {
    throw notFound();
  }
  return found;
}

function viewItem(row: Delivery): Json {
  return {
    id: row.id,
    guid: row.guid,
    delivered_at: row.deliveredAt,
    redelivery: row.redelivery,
    duration: row.durationSeconds,
    status: row.status,
    status_code: row.statusCode,
    event: row.event,
    action: row.action,
    installation_id: row.installationId,
    repository_id: row.repository?.id ?? null,
    throttled_at: null,
  };
}

function viewDelivery(call: Call, row: Delivery): Json {
  return {
    ...viewItem(row),
    url: call.world.webhooks.hook?.url ?? "",
    request: { headers: row.requestHeaders, payload: JSON.parse(row.body) as unknown },
    response: { headers: row.responseHeaders, payload: row.responseBody },
  };
}
