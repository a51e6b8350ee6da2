// A gateway between real neighbours: a SQLite store, real tokens, a scripted model, a simulated GitHub. Tests make runs
// and call it as their containers would.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Configuration, Limits, ModelRoute } from "../../src/configuration/configuration.ts";
import { checkValues } from "../../src/configuration/parse-values.ts";
import { toConfiguration } from "../../src/configuration/to-configuration.ts";
import { audienceOf, type Role } from "../../src/gateway/decide-route.ts";
import { startGateway, type Gateway, type GatewayOptions } from "../../src/gateway/gateway.ts";
import { appSecretName } from "../../src/configuration/required-secrets.ts";
import { startGitHubSimulator, type GitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import type { GitHubSimulatorOptions } from "../../src/github-simulator/simulator-options.ts";
import { startModelSimulator, type ModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import { openServiceAccountTokens } from "../../src/platform/embedded/service-account-tokens.ts";
import {
  openSqliteResourceStore,
  type SqliteResourceStore,
} from "../../src/platform/embedded/sqlite-resource-store.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { TokenIssuer, TokenReviewer } from "../../src/platform/identity.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CODE_RUN, type CodeRun, type CodeRunSpec } from "../../src/resources/code-run.ts";
import { LEASE, SECRET, SERVICE_ACCOUNT } from "../../src/resources/core.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { EMPTY_LANE, writeLane, type LaneState } from "../../src/resources/lane.ts";
import { POD } from "../../src/resources/pod.ts";
import { ANNOTATIONS, LABELS } from "../../src/resources/run-identity.ts";
import { CHART_VALUES } from "./chart-values.ts";
import { REAL_CLOCK } from "./real-clock.ts";
import { RecordingLog } from "./recording-log.ts";

export const NAMESPACE = "default";
/** What only the gateway may know. */
export const ANTHROPIC_KEY = "sk-ant-canary-0123456789abcdef0123456789abcdef";
export const OPENAI_KEY = "sk-openai-canary-0123456789abcdef0123456789";

const APP_PERMISSIONS = {
  actions: "read",
  checks: "write",
  contents: "write",
  deployments: "read",
  issues: "write",
  pull_requests: "write",
  statuses: "read",
} as const;

export interface RunOptions {
  readonly name?: string;
  readonly repository?: string;
  readonly docsRepository?: string;
  readonly lane?: string;
  readonly generation?: number;
  readonly branch?: string;
  readonly pullRequest?: number;
  readonly spec?: Partial<CodeRunSpec>;
}

export interface WorldOptions {
  readonly limits?: Partial<Limits>;
  readonly modelRoutes?: readonly Partial<ModelRoute>[];
  readonly configuration?: Partial<Configuration>;
  readonly github?: Partial<GitHubSimulatorOptions>;
  readonly gateway?: Partial<GatewayOptions>;
  readonly clock?: Clock;
}

/** A run with a pod, and how its containers call. */
export interface TestRun {
  readonly run: CodeRun;
  token(role: Role): Promise<string>;
}

export class GatewayWorld {
  readonly directory: string;
  readonly store: SqliteResourceStore;
  readonly tokens: TokenIssuer & TokenReviewer;
  readonly models: ModelSimulator;
  readonly github: GitHubSimulator;
  readonly configuration: Configuration;
  readonly log = new RecordingLog();
  gateway: Gateway;
  readonly #options: WorldOptions;

  private constructor(
    parts: Pick<GatewayWorld, "directory" | "store" | "tokens" | "models" | "github"> & WorldOptions,
  ) {
    this.directory = parts.directory;
    this.store = parts.store;
    this.tokens = parts.tokens;
    this.models = parts.models;
    this.github = parts.github;
    this.#options = parts;
    this.configuration = makeConfiguration(parts, parts);
    this.gateway = undefined as unknown as Gateway;
  }

  static async start(options: WorldOptions = {}): Promise<GatewayWorld> {
    const directory = await mkdtemp(join(tmpdir(), "gateway-"));
    const log = new RecordingLog();
    const store = await openSqliteResourceStore({
      directory: join(directory, "store"),
      kinds: KINDS,
      clock: REAL_CLOCK,
      log,
    });
    const tokens = await openServiceAccountTokens({ keyPath: join(directory, "tokens.key"), store, clock: REAL_CLOCK });
    const models = await startModelSimulator({ clock: REAL_CLOCK });
    const github = await startGitHubSimulator({
      directory,
      users: [{ login: "wes" }],
      repositories: [
        { fullName: "acme/shop", collaborators: { wes: "write" }, files: { "README.md": "# Shop\n" } },
        { fullName: "acme/handbook", files: { "task/prompt.md": "Do it.\n" } },
        { fullName: "acme/vault", isPrivate: true, files: { "key.txt": "1\n" } },
      ],
      apps: [{ slug: "runyard-author", permissions: APP_PERMISSIONS, installations: [{ account: "acme" }] }],
      ...options.github,
    });
    const world = new GatewayWorld({ ...options, directory, store, tokens, models, github });
    await world.#prepare();
    await world.startGateway();
    return world;
  }

  /** Starts the gateway, or starts it again after a crash that a test has played. */
  async startGateway(github: Partial<Configuration["github"]> = {}): Promise<void> {
    const { configuration } = this;
    this.gateway = await startGateway({
      store: this.store,
      reviewer: this.tokens,
      configuration: { ...configuration, github: { ...configuration.github, ...github } },
      clock: this.#options.clock ?? REAL_CLOCK,
      log: this.log,
      dataDirectory: join(this.directory, "gateway"),
      namespace: NAMESPACE,
      listen: { port: 0 },
      ...this.#options.gateway,
    });
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    await this.models.close();
    await this.github.close();
    await this.store.close();
    await rm(this.directory, { recursive: true });
  }

  async addRun(options: RunOptions = {}): Promise<TestRun> {
    const name = options.name ?? "task-7-author";
    const repository = options.repository ?? "acme/shop";
    const annotations = {
      [ANNOTATIONS.repositoryId]: String(this.github.repositoryIdOf(repository)),
      [ANNOTATIONS.branch]: options.branch ?? "feature/task-7-implementation",
      [ANNOTATIONS.baseBranch]: "main",
      [ANNOTATIONS.issue]: "7",
      ...(options.lane === undefined ? {} : { [ANNOTATIONS.lane]: options.lane }),
      ...(options.generation === undefined ? {} : { [ANNOTATIONS.generation]: String(options.generation) }),
      ...(options.pullRequest === undefined ? {} : { [ANNOTATIONS.pullRequest]: String(options.pullRequest) }),
    };
    const run = await this.store.create(CODE_RUN, {
      apiVersion: "agents.platform/v1",
      kind: "CodeRun",
      metadata: { name, namespace: NAMESPACE, labels: { [LABELS.stage]: "author" }, annotations },
      spec: {
        taskId: 7,
        service: "shop",
        repositoryUrl: `https://github.example/${repository}`,
        docsRepositoryUrl: options.docsRepository ?? "acme/handbook",
        workingDirectory: ".",
        model: "gpt-5.5",
        githubApp: "Runyard-Author",
        ...options.spec,
      },
    });
    const labels = { [LABELS.run]: name, [LABELS.runKind]: "CodeRun" };
    const pod = await this.addPod(`${name}-pod`, labels);
    return { run, token: (role) => this.issue(role, pod) };
  }

  /** The pod of a step of a workflow for acme/shop, with its token. */
  async addStep(name: string): Promise<{ readonly pod: string; readonly token: string }> {
    const parameters = [
      { name: "repository", value: "acme/shop" },
      { name: "repository-id", value: String(this.github.repositoryIdOf("acme/shop")) },
    ];
    const workflow = `workflow-of-${name}`;
    await this.store.create(WORKFLOW, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { name: workflow, namespace: NAMESPACE },
      spec: { arguments: { parameters } },
    });
    const pod = await this.addPod(`${name}-pod`, { "workflows.argoproj.io/workflow": workflow });
    return { pod: pod.name, token: await this.issue("admit", pod) };
  }

  async addPod(name: string, labels: Readonly<Record<string, string>>) {
    const pod = await this.store.create(POD, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: NAMESPACE, labels },
      spec: { containers: [{ name: "main" }] },
    });
    return { name, uid: pod.metadata.uid ?? "" };
  }

  /** A token of a role; without a pod it is the controller's own. */
  async issue(
    role: Role,
    pod?: { readonly name: string; readonly uid: string },
    serviceAccount = accountOf(role),
  ): Promise<string> {
    const { token } = await this.tokens.issue({
      namespace: NAMESPACE,
      serviceAccount,
      audience: audienceOf(role),
      expirationSeconds: 3_600,
      ...(pod === undefined ? {} : { pod }),
    });
    return token;
  }

  async addLane(name: string, state: Partial<LaneState>): Promise<void> {
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name, namespace: NAMESPACE } };
    await this.store.create(LEASE, writeLane(lease, { ...EMPTY_LANE, ...state }));
  }

  /** A request as a container makes it. */
  async call(path: string, token: string | undefined, more: RequestInit = {}): Promise<Response> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return await fetch(`${this.gateway.url}${path}`, {
      ...more,
      headers: { ...authorization, ...(more.headers as Record<string, string> | undefined) },
    });
  }

  async #prepare(): Promise<void> {
    for (const name of ["runyard-agent", "runyard-workflow", "runyard-controller"]) {
      const metadata = { name, namespace: NAMESPACE };
      await this.store.create(SERVICE_ACCOUNT, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    }
    await this.#addSecret("model-keys", { anthropic: ANTHROPIC_KEY, openai: OPENAI_KEY });
    await this.#addSecret(appSecretName("Runyard-Author"), {
      "app-id": String(this.github.app("runyard-author").id),
      "private-key": this.github.privateKeyOf("runyard-author"),
    });
  }

  async #addSecret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    );
    const metadata = { name, namespace: NAMESPACE };
    await this.store.create(SECRET, { apiVersion: "v1", kind: "Secret", metadata, data });
  }
}

function makeConfiguration(
  { models, github }: { readonly models: ModelSimulator; readonly github: GitHubSimulator },
  options: WorldOptions,
): Configuration {
  const route: ModelRoute = {
    name: "gpt-5.5",
    protocol: "openai-responses",
    upstream: `${models.url}/v1`,
    credential: { secret: "model-keys", key: "openai" },
    price: { input: 5, cacheRead: 0.5, cacheWrite: 5, output: 30 },
    outputTokensMax: 1_000,
  };
  const base = toConfiguration(
    checkValues({
      ...CHART_VALUES,
      agents: [
        {
          name: "author",
          githubApp: "Runyard-Author",
          appId: github.app("runyard-author").id,
          clientId: "",
          role: "author",
          model: "gpt-5.5",
          cli: "codex",
          expertise: [],
          description: "",
          systemPrompt: "You implement.",
        },
      ],
      repositories: [{ name: "acme/shop", docsRepository: "acme/handbook" }],
      github: { apiUrl: github.apiUrl, webUrl: github.baseUrl, webhook: CHART_VALUES.github.webhook },
      models: [route],
      registries: [],
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      publish: { mode: "live" },
      requirementSecretsAllowed: [],
      mcpServersAllowed: [],
      images: { ...CHART_VALUES.images, agent: "runyard/agent:test" },
    }),
  );
  const anthropic = {
    ...route,
    name: "claude-sonnet-4-5",
    protocol: "anthropic-messages" as const,
    upstream: models.url,
    credential: { secret: "model-keys", key: "anthropic" },
  };
  const chat = { ...route, name: "chatty", protocol: "openai-chat-completions" as const };
  const routes = [route, anthropic, chat].map((one, index) => Object.assign({}, one, options.modelRoutes?.[index]));
  return { ...base, models: routes, ...options.configuration };
}

const DEFAULT_LIMITS: Limits = {
  runUsdMax: 10,
  runTokensMax: 20_000_000,
  taskUsdMax: 40,
  stageWallSeconds: 3_600,
  stageIdleSeconds: 600,
  gateIterationsMax: 3,
  remediationAttemptsMax: 5,
  infrastructureRetriesMax: 2,
  repositoryConcurrency: 2,
  organisationConcurrency: 4,
  globalConcurrency: 8,
  patchBytesMax: 2_000_000,
  memoryBytes: 4_294_967_296,
  processesMax: 512,
};

/** The account that the chart's pods of this role run as. */
function accountOf(role: Role): string {
  if (role === "controller") return "runyard-controller";
  return role === "admit" ? "runyard-workflow" : "runyard-agent";
}
