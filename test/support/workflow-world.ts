// `admit` and `finish` as steps of a workflow: through the real API with the chart's roles, beside a running lane
// controller, a gateway and a simulated GitHub.
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { runStep, type StepName } from "../../src/agent/steps.ts";
import { startApiServer, type ApiServer } from "../../src/api-server/api-server.ts";
import { openCertificateAuthority } from "../../src/api-server/certificate-authority.ts";
import { startRoleAuthorizer } from "../../src/api-server/role-authorizer.ts";
import { buildConfigurationConfigMap, buildSemaphoresConfigMap } from "../../src/configuration/build-installation.ts";
import { createLaneController } from "../../src/controllers/lane/lane-controller.ts";
import { runControllers } from "../../src/controllers/loop/run-controllers.ts";
import { createDryRunStore } from "../../src/platform/embedded/dry-run-store.ts";
import { createGatewayGitHubApi } from "../../src/platform/github/gateway-github-api.ts";
import { connectKubernetes, type Kubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import { fixedCredential } from "../../src/platform/kubernetes/credential.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CONFIG_MAP, LEASE, SERVICE_ACCOUNT } from "../../src/resources/core.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { readLane, type LaneState } from "../../src/resources/lane.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import { CHART_VALUES } from "./chart-values.ts";
import { AgentWorld } from "./agent-world.ts";
import { NAMESPACE, type WorldOptions } from "./gateway-world.ts";
import type { Configuration } from "../../src/configuration/configuration.ts";
import { VALUES_SCHEMA, type Values } from "../../src/configuration/values-schema.ts";
import { REAL_CLOCK } from "./real-clock.ts";
import { RecordingLog } from "./recording-log.ts";

/** The account that the chart's workflows run as. */
const ACCOUNT = "runyard-workflow";

export class WorkflowWorld {
  readonly agents: AgentWorld;
  readonly api: Kubernetes;
  readonly server: ApiServer;
  readonly authority: string;
  readonly #close: () => Promise<void>;

  private constructor(
    parts: Pick<WorkflowWorld, "agents" | "api" | "server" | "authority">,
    close: () => Promise<void>,
  ) {
    this.agents = parts.agents;
    this.api = parts.api;
    this.server = parts.server;
    this.authority = parts.authority;
    this.#close = close;
  }

  static async start(options: WorldOptions = {}): Promise<WorkflowWorld> {
    const agents = await AgentWorld.start({ "price.js": "1\n" }, options);
    const { store, tokens, directory, configuration } = agents.gatewayWorld;
    const [clock, log] = [REAL_CLOCK, new RecordingLog()];
    await install(agents);
    const authority = await openCertificateAuthority({ directory: join(directory, "pki"), clock });
    const authorizer = await startRoleAuthorizer({ store, clock, log });
    const server = await startApiServer({
      services: {
        store,
        dryRunStore: createDryRunStore(store, clock),
        kinds: KINDS,
        authorizer,
        tokens,
        logs: { read: async function* () {} },
        clock,
        log,
        version: "0.0.0",
      },
      authority,
      port: 0,
    });
    await store.create(CONFIG_MAP, buildConfigurationConfigMap(valuesOf(configuration), NAMESPACE));
    await store.create(CONFIG_MAP, buildSemaphoresConfigMap(configuration, NAMESPACE));
    const issued = { namespace: NAMESPACE, serviceAccount: ACCOUNT, expirationSeconds: 3_600 };
    const { token } = await tokens.issue({ ...issued, audience: API_AUDIENCE });
    const connection = {
      server: server.url,
      authority: authority.certificate,
      namespace: NAMESPACE,
      credential: fixedCredential({ token }),
    };
    const api = await connectKubernetes({ connection }, { clock });
    const stop = new AbortController();
    const lanes = runControllers({
      controllers: [createLaneController(store)],
      store,
      clock,
      log,
      signal: stop.signal,
    });
    return new WorkflowWorld({ agents, api, server, authority: authority.certificate }, async () => {
      stop.abort();
      await lanes;
      await api.close();
      await server.close();
      await authorizer.close();
      await agents.stop();
    });
  }

  async stop(): Promise<void> {
    await this.#close();
  }

  /** A running workflow with these parameters, as a sensor makes it. */
  async workflow(
    name: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    const { store, github } = this.agents.gatewayWorld;
    const all = {
      intent: "task",
      "repository-id": String(github.repositoryIdOf("acme/shop")),
      repository: "acme/shop",
      "owner-id": "5",
      actor: "wes",
      ...parameters,
    };
    await store.create(WORKFLOW, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { name, namespace: NAMESPACE },
      spec: { arguments: { parameters: Object.entries(all).map(([key, value]) => ({ name: key, value })) } },
      status: { phase: "Running" },
    });
    const variables = Object.entries(all).map(
      ([key, value]) => [`RUNYARD_${key.replaceAll("-", "_").toUpperCase()}`, value] as const,
    );
    return { RUNYARD_WORKFLOW: name, ...Object.fromEntries(variables) };
  }

  /** Runs a step in this process, with the token of a pod of the workflow. */
  async step(name: StepName, environment: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
    const { gatewayWorld: world } = this.agents;
    const gateway = {
      gatewayUrl: world.gateway.url ?? "",
      tokenFile: await this.tokenFile(environment),
      clock: REAL_CLOCK,
    };
    return await runStep(name, environment, {
      store: this.api.store,
      api: createGatewayGitHubApi(gateway),
      clock: REAL_CLOCK,
      log: new RecordingLog(),
      configuration: world.configuration,
      namespace: NAMESPACE,
    });
  }

  /** A file with the gateway's token for a new pod of the workflow. */
  async tokenFile(environment: Readonly<Record<string, string>>): Promise<string> {
    const { gatewayWorld: world } = this.agents;
    const workflow = environment["RUNYARD_WORKFLOW"] ?? "";
    const podName = `${workflow}-${Math.random().toString(36).slice(2, 8)}`;
    const pod = await world.addPod(podName, { "workflows.argoproj.io/workflow": workflow });
    const file = join(world.directory, `token-${podName}`);
    await writeFile(file, await world.issue("admit", pod));
    return file;
  }

  /** A directory as Kubernetes mounts it for a ServiceAccount. */
  async serviceAccountDirectory(): Promise<string> {
    const { directory, tokens } = this.agents.gatewayWorld;
    const mounted = join(directory, "service-account");
    await mkdir(mounted, { recursive: true });
    const issued = { namespace: NAMESPACE, serviceAccount: ACCOUNT, expirationSeconds: 3_600 };
    const { token } = await tokens.issue({ ...issued, audience: API_AUDIENCE });
    const files = { token, "ca.crt": this.authority, namespace: NAMESPACE };
    for (const [file, text] of Object.entries(files)) await writeFile(join(mounted, file), text);
    return mounted;
  }

  async lane(number: number): Promise<LaneState | undefined> {
    const { store, github } = this.agents.gatewayWorld;
    const name = `lane-${github.repositoryIdOf("acme/shop")}-${number}`;
    const lease = await store.get(LEASE, { namespace: NAMESPACE, name });
    return lease === undefined ? undefined : readLane(lease);
  }
}

const API_AUDIENCE = "https://kubernetes.default.svc";

/** The chart's accounts and roles. */
async function install({ gatewayWorld: { store } }: AgentWorld): Promise<void> {
  for (const file of ["service-accounts", "roles", "one-machine"]) {
    const text = readFileSync(new URL(`../../charts/runyard/rbac/${file}.yaml`, import.meta.url), "utf8");
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as KubernetesObject;
      const kind = KINDS.find((candidate) => candidate.kind === object.kind);
      if (kind === undefined) throw new Error(`${file}.yaml: ${object.kind} is no kind`);
      const metadata = kind.namespaced ? { ...object.metadata, namespace: NAMESPACE } : object.metadata;
      const exists =
        kind.kind === SERVICE_ACCOUNT.kind && (await store.get(kind, { namespace: NAMESPACE, name: metadata.name }));
      if (exists === false || exists === undefined) await store.create(kind, { ...object, metadata });
    }
  }
}

/** The values that such a configuration is made of. */
function valuesOf({ publishMode, directEgress, ...rest }: Configuration): Values {
  const agents = rest.agents.map(({ key: _key, ...agent }) => agent);
  const images = { ...CHART_VALUES.images, agent: "runyard/agent:test" };
  const github = { ...rest.github, webhook: CHART_VALUES.github.webhook };
  const networkPolicy = { ...CHART_VALUES.networkPolicy, directEgress };
  const changed = { ...rest, github, agents, publish: { mode: publishMode }, images, networkPolicy };
  return VALUES_SCHEMA.parse({ ...CHART_VALUES, ...changed });
}
