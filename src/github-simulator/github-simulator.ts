// A GitHub to test and demonstrate against: REST, the GraphQL for drafts, git over HTTP, webhooks and CI, in one process.

import { generateKeyPairSync, createPublicKey, randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Clock } from "../platform/clock.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { CiRunner } from "./actions/ci-runner.ts";
import { LogDownloads } from "./actions/log-downloads.ts";
import { install } from "./changes/installation-changes.ts";
import { CallLog, type CallRecord } from "./faults/call-log.ts";
import { type Effect, EffectLog } from "./faults/effect-log.ts";
import { Faults } from "./faults/faults.ts";
import { BareRepository } from "./git/bare-repository.ts";
import { writeFirstCommit } from "./git/first-commit.ts";
import { HttpListener } from "./http-listener.ts";
import type {
  AppOptions,
  GitHubSimulatorOptions,
  InstallationOptions,
  RepositoryOptions,
  WebhookOptions,
} from "./simulator-options.ts";
import { buildActionsApp, buildApp, buildInstallation, buildRepository, insertUser } from "./state/build-rows.ts";
import type { Delivery } from "./state/check-rows.ts";
import type { App, Installation, Repository } from "./state/rows.ts";
import { State } from "./state/state.ts";
import { makeUrls } from "./views/urls.ts";
import { emitPing } from "./webhooks/events.ts";
import { WebhookSender } from "./webhooks/webhook-sender.ts";
import { timestamp, type World } from "./world.ts";

const REQUESTS_PER_HOUR = 5_000;
const CI_CONCURRENCY_MAX = 2;

export interface AppInfo {
  readonly id: number;
  readonly clientId: string;
  readonly slug: string;
  /** Login of the App's bot user. */
  readonly botLogin: string;
  readonly installationIds: readonly number[];
}

export interface GitHubSimulator {
  /** "http://127.0.0.1:PORT": pages, and git at `<baseUrl>/<owner>/<repo>.git`. */
  readonly baseUrl: string;
  /** `<baseUrl>/api/v3`, as on GitHub Enterprise; the same routes answer at the root. */
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly faults: Faults;
  app(slug: string): AppInfo;
  /** Installs an App somewhere else too, as an owner does on its page. Returns the installation's id. */
  installApp(slug: string, options: InstallationOptions): number;
  /** PEM of an App's private key, given or generated. */
  privateKeyOf(slug: string): string;
  /** Personal token of a user, for acting as this person through REST and git. */
  tokenOf(login: string): string;
  /** Directory of the bare repository "owner/name". */
  gitDirectoryOf(repositoryName: string): string;
  /** Numeric id of the repository "owner/name". */
  repositoryIdOf(repositoryName: string): number;
  /** Sets the hook's address and secret, and sends a ping. */
  configureWebhook(options: WebhookOptions): void;
  /** The delivery log, oldest first, with the exact bodies that were sent. */
  deliveries(): readonly Delivery[];
  /** What changed, normalised and sorted: equal lists are equal multisets of effects. */
  effects(): readonly Effect[];
  /** Every mutating call in order, refused and unanswered ones included. */
  calls(): readonly CallRecord[];
  /** Installation tokens that work now: none should be left after a clean end. */
  liveTokenCount(): number;
  /** Resolves when no delivery and no CI command is under way. */
  settled(): Promise<void>;
  /** Ends deliveries, CI commands and connections. The bare repositories stay on disk. */
  close(): Promise<void>;
}

/**
 * Starts a GitHub as described by the options. Rejects with what is wrong in them, or when the port or socket is taken.
 */
export async function startGitHubSimulator(options: GitHubSimulatorOptions): Promise<GitHubSimulator> {
  const clock = options.clock ?? SYSTEM_CLOCK;
  const listener = await HttpListener.open({
    port: options.port ?? 0,
    ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
  });
  try {
    const simulator = new RunningSimulator(options, clock, listener);
    await simulator.prepare();
    return simulator;
  } catch (error) {
    await listener.close();
    throw error;
  }
}

class RunningSimulator implements GitHubSimulator {
  readonly baseUrl: string;
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly faults = new Faults();
  readonly #options: GitHubSimulatorOptions;
  readonly #listener: HttpListener;
  readonly #state = new State();
  readonly #world: World;
  readonly #webhooks: WebhookSender;
  readonly #ci: CiRunner;
  readonly #bareRepositories = new Map<Repository, BareRepository>();
  readonly #privateKeys = new Map<string, string>();
  readonly #tokens = new Map<string, string>();

  constructor(options: GitHubSimulatorOptions, clock: Clock, listener: HttpListener) {
    this.#options = options;
    this.#listener = listener;
    const urls = makeUrls(listener.url);
    this.baseUrl = urls.html;
    this.apiUrl = urls.api;
    this.graphqlUrl = `${urls.html}/api/graphql`;
    this.#webhooks = new WebhookSender({ clock, state: this.#state, faults: this.faults });
    this.#ci = new CiRunner({
      directory: join(options.directory, "ci"),
      concurrencyMax: options.ciConcurrencyMax ?? CI_CONCURRENCY_MAX,
      world: () => this.#world,
    });
    const downloads = new LogDownloads(urls.html);
    const now = timestamp(clock);
    this.#world = {
      state: this.#state,
      clock,
      urls,
      effects: new EffectLog(urls.html),
      calls: new CallLog(),
      faults: this.faults,
      webhooks: this.#webhooks,
      startCi: (push) => this.#ci.start(push),
      restartCi: (run, actor) => this.#ci.restart(run, actor),
      downloadUrl: (path) => downloads.url(path),
      actionsApp: buildActionsApp(this.#state, now),
      requestsPerHour: options.requestsPerHour ?? REQUESTS_PER_HOUR,
      tokenFormat: options.tokenFormat ?? "opaque",
      gitOf: (repository) => this.#gitOf(repository),
    };
    listener.serve(this.#world, downloads, this);
  }

  /** Makes users, repositories, Apps and the hook. */
  async prepare(): Promise<void> {
    await mkdir(join(this.#options.directory, "ci"), { recursive: true });
    for (const user of this.#options.users ?? []) {
      const row = insertUser(this.#state, { ...user, kind: "User" });
      const token = user.token ?? `ghp_${randomBytes(18).toString("hex")}`;
      this.#tokens.set(user.login, token);
      this.#state.userTokens.set(token, row);
    }
    for (const login of this.#options.organizations ?? []) {
      insertUser(this.#state, { login, kind: "Organization" });
    }
    for (const repository of this.#options.repositories ?? []) {
      await this.#addRepository(repository);
    }
    for (const app of this.#options.apps ?? []) {
      this.#addApp(app);
    }
    if (this.#options.webhook !== undefined) {
      this.configureWebhook(this.#options.webhook);
    }
  }

  async #addRepository(options: RepositoryOptions): Promise<void> {
    const { clock, effects } = this.#world;
    const row = buildRepository(this.#state, options, timestamp(clock));
    const directory = join(this.#options.directory, "repositories", row.owner.login, `${row.name}.git`);
    const bare = await BareRepository.create(directory, row.defaultBranch);
    this.#bareRepositories.set(row, bare);
    if (row.forkOf !== null) {
      await bare.git("fetch", "--quiet", this.#gitOf(row.forkOf).directory, "+refs/heads/*:refs/heads/*");
    }
    if (options.files !== undefined) {
      const by = { name: row.owner.login, email: `${row.owner.login}@users.noreply.github.com` };
      const sha = await writeFirstCommit(bare, row.defaultBranch, options.files, { ...by, date: timestamp(clock) });
      effects.learnCommit(sha, (await bare.commit(sha))?.tree ?? "");
    }
  }

  #addApp(options: AppOptions): void {
    const privateKey = options.privateKeyPem ?? generateKey();
    const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
    const now = timestamp(this.#world.clock);
    const app = buildApp(this.#state, options, publicKey, now);
    this.#privateKeys.set(app.slug, privateKey);
    for (const installation of options.installations) {
      buildInstallation(this.#state, app, installation, now);
    }
  }

  app(slug: string): AppInfo {
    const app = this.#appRow(slug);
    return {
      id: app.id,
      clientId: app.clientId,
      slug: app.slug,
      botLogin: app.bot.login,
      installationIds: this.#installationsOf(app).map((row) => row.id),
    };
  }

  installApp(slug: string, options: InstallationOptions): number {
    return install(this.#world, this.#appRow(slug), options).id;
  }

  privateKeyOf(slug: string): string {
    return known(this.#privateKeys.get(slug), `App ${slug}`);
  }

  tokenOf(login: string): string {
    return known(this.#tokens.get(login), `user ${login}`);
  }

  gitDirectoryOf(repositoryName: string): string {
    return this.#gitOf(this.#repository(repositoryName)).directory;
  }

  repositoryIdOf(repositoryName: string): number {
    return this.#repository(repositoryName).id;
  }

  configureWebhook(options: WebhookOptions): void {
    const first = this.#options.apps?.[0]?.slug;
    this.#webhooks.configure(this.#appRow(known(options.app ?? first, "App for the webhook")), options);
    emitPing(this.#world);
  }

  deliveries(): readonly Delivery[] {
    return this.#state.deliveries.all();
  }

  effects(): readonly Effect[] {
    return this.#world.effects.all();
  }

  calls(): readonly CallRecord[] {
    return this.#world.calls.all();
  }

  liveTokenCount(): number {
    const now = this.#world.clock.now();
    return [...this.#state.installationTokens.values()].filter((row) => !row.revoked && row.expiresAtMs > now).length;
  }

  async settled(): Promise<void> {
    while (!this.#ci.isIdle || !this.#webhooks.isIdle) {
      await this.#ci.idle();
      await this.#webhooks.idle();
    }
  }

  async close(): Promise<void> {
    await this.#ci.close();
    await this.#webhooks.close();
    await this.#listener.close();
  }

  #gitOf(repository: Repository): BareRepository {
    return known(this.#bareRepositories.get(repository), `bare repository of ${repository.name}`);
  }

  #repository(repositoryName: string): Repository {
    const [owner = "", name = ""] = repositoryName.split("/");
    return known(this.#state.repositoryByName(owner, name), `repository ${repositoryName}`);
  }

  #appRow(slug: string): App {
    return known(
      this.#state.apps.find((row) => row.slug === slug),
      `App ${slug}`,
    );
  }

  #installationsOf(app: App): readonly Installation[] {
    return this.#state.installations.filter((row) => row.app === app);
  }
}

function generateKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}

function known<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) {
    throw new Error(`The simulated GitHub has no ${what}`);
  }
  return value;
}
