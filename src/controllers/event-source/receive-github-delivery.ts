// Takes one delivery of GitHub in: checks it, filters it, and answers after the event is on the disk.
import { decideGithubDelivery } from "../../argo/event-source/github-delivery.ts";
import { evaluateEventFilter } from "../../languages/expr/event-filter.ts";
import { readJson } from "../../languages/go-json.ts";
import { isGoMap } from "../../languages/go-value.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { hasCode } from "../../platform/errors.ts";
import type { EventInbox } from "../../platform/event-inbox.ts";
import type { Hmac } from "../../platform/hmac.ts";
import type { Log } from "../../platform/log.ts";
import type { WebhookRequest, WebhookResponse } from "../../platform/webhook-listener.ts";
import type { GithubEventSource } from "../../resources/event-source.ts";

export interface DeliveryReceiver {
  readonly inbox: EventInbox;
  readonly hmac: Hmac;
  readonly clock: Clock;
  readonly log: Log;
  readonly newEventId: () => string;
}

export interface DeliveryTarget {
  readonly namespace: string;
  readonly source: string;
  readonly subject: string;
  readonly github: GithubEventSource;
  /** Of `github.webhookSecret`; undefined while it cannot be read. */
  readonly secret: Uint8Array | undefined;
}

const SUCCESS: WebhookResponse = { status: 200, body: "success" };

export async function receiveGithubDelivery(
  receiver: DeliveryReceiver,
  request: WebhookRequest,
  target: DeliveryTarget,
): Promise<WebhookResponse> {
  const { github, secret } = target;
  if (github.webhookSecret !== undefined && secret === undefined) {
    return { status: 503, body: `the Secret ${github.webhookSecret.name} with the webhook's key cannot be read yet` };
  }
  const decision = decideGithubDelivery(request, {
    digest: receiver.hmac,
    ...(secret === undefined ? {} : { secret }),
    ...(github.metadata === undefined ? {} : { metadata: github.metadata }),
  });
  const log = receiver.log.with({ eventSource: `${target.namespace}/${target.source}`, event: target.subject });
  if (decision.kind === "refused") {
    log.write("warn", "a delivery was refused", { status: decision.status, reason: decision.reason });
    return { status: decision.status, body: decision.reason };
  }
  const fields = { githubEvent: decision.event, delivery: decision.delivery };
  const dropped = reasonToDrop(github.filter?.expression, decision.data, receiver.clock);
  if (dropped !== undefined) {
    log.write(dropped.isError ? "warn" : "debug", "a delivery was dropped by the filter", {
      ...fields,
      reason: dropped.reason,
    });
    return SUCCESS;
  }
  try {
    await receiver.inbox.append(eventOf(receiver, target, decision.data), receiver.clock.now());
  } catch (error) {
    log.write("error", "an event could not be stored; GitHub was told so", { ...fields, error: String(error) });
    const isFull = hasCode(error, "TooManyRequests");
    return isFull ? { status: 503, body: error.message } : { status: 500, body: "failed to record event" };
  }
  log.write("debug", "an event was stored", fields);
  return SUCCESS;
}

function eventOf(
  { newEventId, clock }: DeliveryReceiver,
  { namespace, source, subject }: DeliveryTarget,
  data: string,
) {
  const context = {
    id: newEventId(),
    source,
    specversion: "1.0",
    type: "github",
    datacontenttype: "application/json",
    subject,
    time: new Date(clock.now()).toISOString(),
  };
  return { namespace, context, data };
}

/** A filter that fails drops the event too, as in Argo Events. */
function reasonToDrop(
  expression: string | undefined,
  data: string,
  clock: Clock,
): { readonly isError: boolean; readonly reason: string } | undefined {
  if (expression === undefined || expression === "") return undefined;
  const value = readJson(data);
  try {
    // Nothing random may decide whether an event counts.
    const passes =
      isGoMap(value) && evaluateEventFilter(expression, value, { now: () => clock.now(), random: () => 0 });
    return passes ? undefined : { isError: false, reason: `${expression} is not true` };
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    return { isError: true, reason: error.message };
  }
}
