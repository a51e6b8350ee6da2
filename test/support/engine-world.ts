// The whole product on one machine between real neighbours: a simulated GitHub, a scripted model, and the engine as a
// process that can be killed. One repository, five stages, a quick agent: a task takes seconds.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startGitHubSimulator, type GitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import type { GitHubSimulatorOptions } from "../../src/github-simulator/simulator-options.ts";
import { startModelSimulator, type ModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import type { ScriptInput } from "../../src/model-simulator/script.ts";
import { connectKubernetes, type Kubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { WEBHOOK_EVENTS } from "../../src/programs/demo/github-setup.ts";
import { SECRET } from "../../src/resources/core.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import type { Workflow } from "../../src/resources/workflow.ts";
import type { DeathPlan } from "./death-plan.ts";
import { freePort } from "./free-port.ts";
import { startGitHubRecorder, type GitHubRecorder } from "./github-recorder.ts";
import { endProcessesOf } from "./processes.ts";
import { writeQuickAgent } from "./quick-agent.ts";
import { REAL_CLOCK } from "./real-clock.ts";
import { writeReducedChart } from "./reduced-chart.ts";

export const NAMESPACE = "runyard";
export const REPOSITORY = "acme/shop";
export const MODEL_SCRIPT = "quick";

/** `author` writes feature.txt, `clippy` finds its gate failing and mends it; the others have no gates. */
const REPOSITORY_FILE = `
gates:
  author: ["test -f feature.txt"]
  clippy: ["grep -q formatted feature.txt"]
`;

const APP_PERMISSIONS = {
  actions: "read",
  checks: "write",
  contents: "write",
  deployments: "read",
  issues: "write",
  pull_requests: "write",
  statuses: "read",
} as const;

const APPS = ["runyard-author", "runyard-clippy"];
const ANSWER: NonNullable<ScriptInput["steps"]>[number] = { say: "I will do it." };

export interface EngineWorldOptions {
  /** What the agent does; see writeQuickAgent. */
  readonly work?: string;
  /** How long the model thinks. */
  readonly modelDelayMs?: number;
  readonly repositoryFile?: string;
  /** Over the values of this world, by top-level field. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly webhookSecret?: string;
  readonly modelKey?: string;
  readonly github?: Partial<GitHubSimulatorOptions>;
  /** The engine runs as this user instead of the test's own. */
  readonly uid?: number;
  /** The gateway reaches GitHub through a recorder of its tokens. */
  readonly recordsTokens?: boolean;
  /** The pipeline has two stages only. */
  readonly isReduced?: boolean;
}

export interface EngineAddresses {
  readonly apiUrl: string;
  readonly webhookUrl: string;
  readonly kubeconfigPath: string;
}

export class EngineWorld {
  readonly directory: string;
  readonly github: GitHubSimulator;
  readonly models: ModelSimulator;
  readonly webhookSecret: string;
  readonly #options: EngineWorldOptions;
  readonly #webhookPort: number;
  #engine: ChildProcess | undefined;
  #kubernetes: Kubernetes | undefined;
  #addresses: EngineAddresses | undefined;
  #recorder: GitHubRecorder | undefined;
  #engineEnded: Promise<unknown> = Promise.resolve();
  /** How the engines that are started from now on die by themselves. */
  deathPlan: DeathPlan | undefined;

  private constructor(
    parts: Pick<EngineWorld, "directory" | "github" | "models"> & { readonly webhookPort: number },
    options: EngineWorldOptions,
  ) {
    this.directory = parts.directory;
    this.github = parts.github;
    this.models = parts.models;
    this.webhookSecret = options.webhookSecret ?? "the webhook's secret";
    this.#webhookPort = parts.webhookPort;
    this.#options = options;
  }

  /** Resolves when GitHub's webhooks reach the engine. */
  static async start(options: EngineWorldOptions = {}): Promise<EngineWorld> {
    const directory = await mkdtemp(join(tmpdir(), "runyard-engine-"));
    // The sandbox of a root-started engine runs as an unprivileged user, who must reach the agent's program.
    await chmod(directory, 0o755);
    const github = await startGitHub(join(directory, "github"), options);
    const models = await startModelSimulator({ clock: REAL_CLOCK });
    const steps = Array.from({ length: 50 }, () => ({ ...ANSWER, delayMs: options.modelDelayMs ?? 0 }));
    models.setScript(MODEL_SCRIPT, { steps });
    const world = new EngineWorld({ directory, github, models, webhookPort: await freePort() }, options);
    try {
      await world.#prepare();
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  /** Installation tokens that the gateway was given; see recordsTokens. */
  get installationTokens(): readonly string[] {
    return this.#recorder?.tokens ?? [];
  }

  get dataDirectory(): string {
    return join(this.directory, "data");
  }

  get enginePid(): number | undefined {
    return this.#engine?.pid;
  }

  get addresses(): EngineAddresses {
    if (this.#addresses === undefined) throw new Error("the engine does not run");
    return this.#addresses;
  }

  /** Through the engine's API, as any client. */
  get store(): ResourceStore {
    if (this.#kubernetes === undefined) throw new Error("the engine does not run");
    return this.#kubernetes.store;
  }

  get kubernetes(): Kubernetes {
    if (this.#kubernetes === undefined) throw new Error("the engine does not run");
    return this.#kubernetes;
  }

  /** It has said that it is ready, and was not ended since. */
  get isRunning(): boolean {
    return this.#addresses !== undefined && this.#engine?.exitCode === null && this.#engine.signalCode === null;
  }

  /** Resolves when the engine that was started last is gone, whoever has ended it. */
  get engineEnded(): Promise<unknown> {
    return this.#engineEnded;
  }

  async startEngine(): Promise<void> {
    this.#addresses = undefined;
    await this.#kubernetes?.close();
    const options = {
      dataDirectory: this.dataDirectory,
      values: join(this.directory, "values.yaml"),
      port: 0,
      namespace: NAMESPACE,
      unsafeNoSandbox: false,
      ...(this.#options.isReduced === true && { chartDirectory: join(this.directory, "chart") }),
      deathPlan: this.deathPlan,
    };
    const program = fileURLToPath(new URL("./run-engine.ts", import.meta.url));
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "pipe"],
      env: this.#environment(),
      ...(this.#options.uid === undefined ? {} : { uid: this.#options.uid, gid: this.#options.uid, cwd: "/" }),
    });
    this.#engine = child;
    this.#engineEnded = once(child, "exit");
    this.#addresses = await readAddresses(child);
    this.#kubernetes = await connectKubernetes(
      { kubeconfig: { path: this.#addresses.kubeconfigPath } },
      { clock: REAL_CLOCK },
    );
  }

  /** As a power cut would: nothing is said goodbye to. */
  async killEngine(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** As an operator would. */
  async stopEngine(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Opens an issue and gives it the label that starts a task; returns its number. */
  async labelNewIssue(title = "Add the feature", body = "There should be a feature."): Promise<number> {
    const { number } = (await this.call("wes", "POST", `/repos/${REPOSITORY}/issues`, { title, body })) as {
      readonly number: number;
    };
    await this.call("wes", "POST", `/repos/${REPOSITORY}/issues/${number}/labels`, { labels: ["runyard"] });
    return number;
  }

  /** GitHub's REST as a person; throws unless it succeeds. */
  async call(login: string, method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.github.apiUrl}${path}`, {
      method,
      headers: { authorization: `token ${this.github.tokenOf(login)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async workflows(): Promise<readonly Workflow[]> {
    return (await this.store.list(WORKFLOW)).items;
  }

  /** Waits until there is a workflow and every one has ended; survives an engine that is down for a while. */
  async finishedWorkflows(timeoutMs = 90_000): Promise<readonly Workflow[]> {
    let found: readonly Workflow[] = [];
    await waitFor(
      "every workflow to end",
      async () => {
        found = await this.workflows();
        return found.length > 0 && found.every((workflow) => isOver(workflow.status?.phase));
      },
      timeoutMs,
    );
    return found;
  }

  /** Ends everything that this world started and removes its files. */
  async stop(): Promise<void> {
    await this.stopEngine();
    await endProcessesOf(this.dataDirectory);
    await this.github.close();
    await this.models.close();
    await this.#recorder?.close();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #prepare(): Promise<void> {
    const { uid, recordsTokens } = this.#options;
    if (recordsTokens === true) this.#recorder = await startGitHubRecorder(this.github.apiUrl);
    await mkdir(this.dataDirectory, { mode: 0o700 });
    if (uid !== undefined) await chown(this.dataDirectory, uid, uid);
    await writeFile(join(this.directory, "values.yaml"), JSON.stringify(this.#values()));
    await writeQuickAgent(join(this.directory, "agent"), this.#options.work);
    if (this.#options.isReduced === true) await writeReducedChart(join(this.directory, "chart"));
    await this.startEngine();
    await this.#addSecret("github-webhook", { secret: this.webhookSecret });
    await this.#addSecret("model-keys", { quick: this.#options.modelKey ?? "the model's key" });
    for (const slug of APPS) {
      const privateKey = this.github.privateKeyOf(slug);
      await this.#addSecret(`github-app-${slug}`, {
        "app-id": String(this.github.app(slug).id),
        "private-key": privateKey,
      });
    }
    const { webhookUrl } = this.addresses;
    await waitFor("the webhook to listen", async () => (await fetch(webhookUrl, { method: "POST" })).status !== 404);
    this.github.configureWebhook({ url: webhookUrl, secret: this.webhookSecret });
    await this.github.settled();
  }

  #values(): Readonly<Record<string, unknown>> {
    const agents = ["author", "clippy"].map((role) => ({
      name: role,
      githubApp: `Runyard-${role === "author" ? "Author" : "Clippy"}`,
      appId: this.github.app(`runyard-${role}`).id,
      role,
      model: "quick-model",
      cli: "codex",
      systemPrompt: `You are ${role}.`,
    }));
    const model = {
      name: "quick-model",
      protocol: "openai-responses",
      upstream: `${this.models.url}/r/${MODEL_SCRIPT}/v1`,
      credential: { secret: "model-keys", key: "quick" },
      price: { input: 5, cacheRead: 0.5, cacheWrite: 5, output: 30 },
    };
    return {
      agents,
      repositories: [{ name: REPOSITORY }],
      github: {
        apiUrl: this.#recorder?.apiUrl ?? this.github.apiUrl,
        webUrl: this.github.baseUrl,
        webhook: { port: this.#webhookPort },
      },
      models: [model],
      ...this.#options.values,
    };
  }

  #environment(): Readonly<Record<string, string>> {
    return {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: this.directory,
      RUNYARD_CODEX: join(this.directory, "agent", "codex"),
      ...this.#options.environment,
    };
  }

  async #addSecret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    );
    const metadata = { name, namespace: NAMESPACE };
    await this.store.create(SECRET, { apiVersion: "v1", kind: "Secret", metadata, data });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#engine;
    this.#engine = undefined;
    await this.#kubernetes?.close();
    this.#kubernetes = undefined;
    this.#addresses = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await this.#engineEnded;
  }
}

/** Polls until the condition holds; what throws counts as not yet. */
export async function waitFor(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}`, last === undefined ? {} : { cause: last });
}

function isOver(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed" || phase === "Error";
}

async function startGitHub(directory: string, options: EngineWorldOptions): Promise<GitHubSimulator> {
  await mkdir(directory, { recursive: true });
  return startGitHubSimulator({
    directory,
    users: [{ login: "wes" }, { login: "rita" }],
    repositories: [
      {
        fullName: REPOSITORY,
        collaborators: { wes: "write", rita: "read" },
        labels: ["runyard"],
        files: { "README.md": "# Shop\n", ".runyard.yaml": options.repositoryFile ?? REPOSITORY_FILE },
      },
    ],
    apps: APPS.map((slug) => ({
      slug,
      permissions: APP_PERMISSIONS,
      events: WEBHOOK_EVENTS,
      installations: [{ account: "acme" }],
    })),
    ...options.github,
  });
}

/** The first line of the program, or its error. */
async function readAddresses(child: ChildProcess): Promise<EngineAddresses> {
  let errors = "";
  child.stderr?.on("data", (part: Buffer) => {
    errors = `${errors}${part.toString()}`.slice(-20_000);
  });
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    return JSON.parse(line) as EngineAddresses;
  }
  throw new Error(`the engine did not start: ${errors}`);
}
