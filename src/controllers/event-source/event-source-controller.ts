// Opens the ports of EventSources and takes deliveries in. A delivery is answered with success only after its event is
// in the inbox.
import { parseEventSource, PAYLOAD_BYTES_DEFAULT } from "../../argo/event-source/parse-event-source.ts";
import type { Clock } from "../../platform/clock.ts";
import { PlatformError } from "../../platform/errors.ts";
import type { EventInbox } from "../../platform/event-inbox.ts";
import type { Hmac } from "../../platform/hmac.ts";
import type { Log } from "../../platform/log.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import type { WebhookListener, WebhookRoute } from "../../platform/webhook-listener.ts";
import { EVENT_SOURCE } from "../../resources/argo-kinds.ts";
import { conditionOf, setCondition, type Condition } from "../../resources/condition.ts";
import { SECRET } from "../../resources/core.ts";
import type { EventSource, EventSourceSpec, GithubEventSource } from "../../resources/event-source.ts";
import { keyOf, type ObjectKey } from "../../resources/object-meta.ts";
import { SETTLED, watchOf, type Controller, type Outcome } from "../loop/controller.ts";
import { receiveGithubDelivery } from "./receive-github-delivery.ts";

export interface EventSourceControllerOptions {
  readonly store: ResourceStore;
  readonly inbox: EventInbox;
  readonly listener: WebhookListener;
  readonly hmac: Hmac;
  readonly clock: Clock;
  readonly log: Log;
  /** A new unique text of 32 hexadecimal digits. */
  readonly newEventId: () => string;
}

/** A port that is in use, or a secret that is missing, is looked for again after this time. */
const RETRY_MS = 15_000;

export function createEventSourceController(options: EventSourceControllerOptions): Controller {
  // Which Secrets were read for which EventSource: a watch learns only the Secret that changed.
  const readers = new Map<string, { readonly key: ObjectKey; readonly secrets: readonly string[] }>();
  return {
    name: "event-source",
    watches: [
      watchOf({ kind: EVENT_SOURCE, map: (source) => [keyOf(source)] }),
      watchOf({
        kind: SECRET,
        map: ({ metadata }) =>
          [...readers.values()]
            .filter(({ key, secrets }) => key.namespace === metadata.namespace && secrets.includes(metadata.name))
            .map(({ key }) => key),
      }),
    ],
    async reconcile(key) {
      const source = await options.store.get(EVENT_SOURCE, key);
      const parsed = source === undefined ? undefined : parseEventSource(source.spec);
      const secrets = parsed?.isValid === true ? secretNames(parsed.spec) : [];
      readers.set(ownerOf(key), { key, secrets });
      if (source === undefined || parsed === undefined) {
        await options.listener.setRoutes(ownerOf(key), []);
        readers.delete(ownerOf(key));
        return SETTLED;
      }
      if (parsed.isValid) return await listen(options, source, parsed.spec);
      await options.listener.setRoutes(ownerOf(key), []);
      const message = parsed.problems.map((problem) => `${problem.path} ${problem.message}`).join("; ");
      await report(options, source, { status: "False", reason: "InvalidSpec", message });
      return { kind: "stalled", reason: message };
    },
  };
}

function ownerOf(key: ObjectKey): string {
  return `EventSource ${key.namespace}/${key.name}`;
}

function secretNames(spec: EventSourceSpec): readonly string[] {
  return Object.values(spec.github ?? {}).flatMap(({ webhookSecret }) => webhookSecret?.name ?? []);
}

async function listen(
  options: EventSourceControllerOptions,
  source: EventSource,
  spec: EventSourceSpec,
): Promise<Outcome> {
  const routes: WebhookRoute[] = [];
  const missing: string[] = [];
  for (const [name, github] of Object.entries(spec.github ?? {})) {
    const secret = await readSecret(options, source, github);
    if (github.webhookSecret !== undefined && secret === undefined) {
      missing.push(`${github.webhookSecret.name} (key ${github.webhookSecret.key})`);
    }
    routes.push(routeOf(options, { source, name, github, secret }));
  }
  const failure = await open(options, ownerOf(keyOf(source)), routes);
  if (failure !== undefined) {
    const message = failure.hint === undefined ? failure.message : `${failure.message}. ${failure.hint}`;
    await report(options, source, { status: "False", reason: "PortNotOpen", message });
    return { kind: "waitingFor", reason: message, ms: RETRY_MS };
  }
  if (missing.length > 0) {
    const message = `the Secret ${missing.join(", ")} does not exist; deliveries are answered with 503 until it does`;
    await report(options, source, { status: "False", reason: "SecretMissing", message });
    return { kind: "waitingFor", reason: message, ms: RETRY_MS };
  }
  await report(options, source, { status: "True", reason: "Listening", message: describe(spec) });
  return SETTLED;
}

function describe(spec: EventSourceSpec): string {
  const entries = Object.values(spec.github ?? {}).map(({ webhook, webhookSecret }) => {
    const warning = webhookSecret === undefined ? " (signatures are not checked: there is no webhookSecret)" : "";
    return `port ${webhook.port}, path ${webhook.endpoint}${warning}`;
  });
  return `listens on ${entries.join("; ")}`;
}

/** The bytes of the secret; one line break at its end does not count, as in Argo Events. */
async function readSecret(
  { store }: EventSourceControllerOptions,
  source: EventSource,
  { webhookSecret }: GithubEventSource,
): Promise<Uint8Array | undefined> {
  if (webhookSecret === undefined) return undefined;
  const secret = await store.get(SECRET, { namespace: keyOf(source).namespace, name: webhookSecret.name });
  const encoded = secret?.data?.[webhookSecret.key];
  if (encoded === undefined) return undefined;
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  return bytes.at(-1) === LINE_BREAK ? bytes.subarray(0, -1) : bytes;
}

const LINE_BREAK = 10;

interface Entry {
  readonly source: EventSource;
  readonly name: string;
  readonly github: GithubEventSource;
  readonly secret: Uint8Array | undefined;
}

function routeOf(options: EventSourceControllerOptions, { source, name, github, secret }: Entry): WebhookRoute {
  return {
    port: Number(github.webhook.port),
    path: github.webhook.endpoint,
    bodyBytesMax: github.webhook.maxPayloadSize ?? PAYLOAD_BYTES_DEFAULT,
    handle: (request) =>
      receiveGithubDelivery(options, request, {
        namespace: keyOf(source).namespace,
        source: source.metadata.name,
        subject: name,
        github,
        secret,
      }),
  };
}

async function open(
  { listener }: EventSourceControllerOptions,
  owner: string,
  routes: readonly WebhookRoute[],
): Promise<PlatformError | undefined> {
  try {
    await listener.setRoutes(owner, routes);
    return undefined;
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
}

async function report(
  { store, clock }: EventSourceControllerOptions,
  source: EventSource,
  ready: Pick<Condition, "status" | "reason" | "message">,
): Promise<void> {
  const condition = conditionOf(source.metadata, { type: "Ready", ...ready }, clock.now());
  const conditions = setCondition(source.status?.conditions ?? [], condition);
  if (JSON.stringify(conditions) === JSON.stringify(source.status?.conditions)) return;
  await store.updateStatus(EVENT_SOURCE, { ...source, status: { ...source.status, conditions } });
}
