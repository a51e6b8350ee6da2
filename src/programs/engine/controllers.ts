// Every controller of the engine, joined to what it needs.
import { randomBytes } from "node:crypto";
import type { CertificateAuthority } from "../../api-server/certificate-authority.ts";
import type { Configuration } from "../../configuration/configuration.ts";
import type { Values } from "../../configuration/values-schema.ts";
import { createCodeRunController, createDocsRunController } from "../../controllers/agent-run/agent-run-controller.ts";
import { createChildWorkflowController } from "../../controllers/child-workflow/child-workflow-controller.ts";
import { createCleanupController } from "../../controllers/cleanup/cleanup-controller.ts";
import { createEventSourceController } from "../../controllers/event-source/event-source-controller.ts";
import { createJobController } from "../../controllers/job/job-controller.ts";
import { createLaneController } from "../../controllers/lane/lane-controller.ts";
import type { Controller } from "../../controllers/loop/controller.ts";
import { createPodController } from "../../controllers/pod/pod-controller.ts";
import { createSensorController } from "../../controllers/sensor/sensor-controller.ts";
import { createWorkflowController } from "../../controllers/workflow/workflow-controller.ts";
import { authorizedStore } from "../../platform/authorized-resource-store.ts";
import type { Clock } from "../../platform/clock.ts";
import type { DatabaseThread } from "../../platform/embedded/database-thread.ts";
import { openSqliteEventInbox } from "../../platform/embedded/sqlite-event-inbox.ts";
import { gatewayVerdictWriter } from "../../platform/github/gateway-verdict-writer.ts";
import { API_AUDIENCE, serviceAccountUser, type Authorizer, type TokenIssuer } from "../../platform/identity.ts";
import type { Log } from "../../platform/log.ts";
import { request } from "../../platform/node/node-http.ts";
import { nodeHmac } from "../../platform/node/node-hmac.ts";
import { createNodeWebhookListener } from "../../platform/node/node-webhook-listener.ts";
import type { PodRunner } from "../../platform/pod-runner.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import type { WebhookListener } from "../../platform/webhook-listener.ts";
import { KINDS } from "../../resources/kinds.ts";
import { callGateway, type GatewayCallOptions } from "../call-gateway.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { Interception } from "./interception.ts";

export interface EngineParts {
  readonly namespace: string;
  readonly webhookPort: number;
  readonly directory: DataDirectory;
  readonly configuration: Configuration;
  readonly values: Values;
  readonly databases: DatabaseThread;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: ResourceStore;
  readonly authorizer: Authorizer;
  readonly tokens: TokenIssuer;
  readonly authority: CertificateAuthority;
  readonly runner: PodRunner;
  readonly interception: Interception | undefined;
}

export interface EngineControllers {
  readonly list: readonly Controller[];
  close(): Promise<void>;
}

/** The port that the chart's EventSource names; the operator may have it opened elsewhere. */
const CHART_WEBHOOK_PORT = 12_000;

/** Of the token for one call of the gateway. */
const TOKEN_SECONDS = 600;

/** Unavailable when the port for webhooks is in use: an engine that GitHub cannot reach must not look as if it were up. */
export async function openControllers(parts: EngineParts): Promise<EngineControllers> {
  const { store, clock, log, authorizer, configuration } = parts;
  await using opened = new AsyncDisposableStack();
  const events = await openSqliteEventInbox({ directory: parts.directory.store, thread: parts.databases });
  opened.defer(() => events.close());
  const inbox = parts.interception?.inbox(events) ?? events;
  const listener = createNodeWebhookListener({ log });
  opened.defer(() => listener.close());
  await listener.keepOpen(parts.webhookPort);
  const verdicts = gatewayVerdictWriter(callGateway(wayToGateway(parts)));
  const runs = { store, configuration, verdicts, image: parts.values.images.agent };
  const random = Math.random;
  const list: readonly Controller[] = [
    createEventSourceController({
      store,
      inbox,
      listener: elsewhere(listener, parts.webhookPort),
      hmac: nodeHmac,
      clock,
      log,
      newEventId: () => randomBytes(16).toString("hex"),
    }),
    createSensorController({ store, authorizer, inbox, clock, log, random }),
    createWorkflowController({ store, storeFor: (...account) => storeFor(parts, ...account), random }),
    createChildWorkflowController(store),
    createLaneController(store),
    createCodeRunController(runs),
    createDocsRunController(runs),
    createJobController(store),
    createPodController({
      store,
      runner: parts.runner,
      tokens: parts.tokens,
      apiAudience: API_AUDIENCE,
      apiCertificateAuthority: parts.authority.certificate,
    }),
    createCleanupController({ store, kinds: KINDS }),
  ];
  const open = opened.move();
  return { list, close: () => open.disposeAsync() };
}

function wayToGateway({ tokens, namespace, directory }: EngineParts): GatewayCallOptions {
  const account = { namespace, serviceAccount: "runyard-controller", audience: "runyard-gateway.controller" };
  return {
    token: async () => (await tokens.issue({ ...account, expirationSeconds: TOKEN_SECONDS })).token,
    open: (options, onAnswer) => request({ ...options, socketPath: directory.gatewaySocket }, onAnswer),
  };
}

/** What a ServiceAccount may do, and no more: as on a cluster. */
function storeFor(
  { store, authorizer }: EngineParts,
  namespace: string,
  account: string,
  updateVerb: "update" | "patch",
): ResourceStore {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  return authorizedStore(store, authorizer, { user: serviceAccountUser(namespace, account), groups }, updateVerb);
}

function elsewhere(listener: WebhookListener, port: number): WebhookListener {
  return {
    setRoutes: (owner, routes) =>
      listener.setRoutes(
        owner,
        routes.map((route) => (route.port === CHART_WEBHOOK_PORT ? { ...route, port } : route)),
      ),
    close: () => listener.close(),
  };
}
