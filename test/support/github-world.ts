// A small simulated GitHub for tests: one organisation with two repositories, people with different rights, two Apps.

import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type GitHubSimulator, startGitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import type { GitHubSimulatorOptions } from "../../src/github-simulator/simulator-options.ts";
import { appJwt, type Coverage, GitHubClient } from "./github-client.ts";
import { GitWorkTree } from "./git-work-tree.ts";
import type { GitHubSchemas } from "./github-schemas.ts";

const key = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

const EVERYTHING = {
  actions: "read",
  checks: "write",
  contents: "write",
  deployments: "write",
  issues: "write",
  pull_requests: "write",
  statuses: "write",
} as const;

/** A clock that tests set; sleeping takes no time. */
export class SettableClock {
  nowMs = Date.parse("2026-03-01T12:00:00Z");

  now(): number {
    return this.nowMs;
  }

  sleep(ms: number): Promise<void> {
    this.nowMs += ms;
    return Promise.resolve();
  }
}

export const SHOP = { owner: "acme", repo: "shop" } as const;

export class GitHubWorld {
  readonly simulator: GitHubSimulator;
  readonly clock: SettableClock;
  readonly directory: string;
  readonly coverage: Coverage = new Set();
  readonly #schemas: GitHubSchemas;
  #clones = 0;

  private constructor(simulator: GitHubSimulator, clock: SettableClock, directory: string, schemas: GitHubSchemas) {
    this.simulator = simulator;
    this.clock = clock;
    this.directory = directory;
    this.#schemas = schemas;
  }

  static async start(schemas: GitHubSchemas, more: Partial<GitHubSimulatorOptions> = {}): Promise<GitHubWorld> {
    const clock = new SettableClock();
    const directory = await mkdtemp(join(tmpdir(), "github-simulator-"));
    const simulator = await startGitHubSimulator({
      directory,
      clock,
      users: [
        { login: "olivia", name: "Olivia Owner", email: "olivia@example.com" },
        { login: "wes", name: "Wes Writer", email: "wes@example.com" },
        { login: "rita", name: "Rita Reader", email: "rita@example.com" },
        { login: "oscar", name: "Oscar Outsider", email: "oscar@example.com" },
      ],
      repositories: [
        {
          fullName: "acme/shop",
          collaborators: { olivia: "admin", wes: "write", rita: "read" },
          labels: ["bug"],
          files: { "README.md": "# Shop\n", "src/price.js": "export const price = 1;\n" },
        },
        { fullName: "acme/vault", isPrivate: true, collaborators: { olivia: "admin" }, files: { "key.txt": "1\n" } },
        { fullName: "olivia/notes" },
      ],
      apps: [
        {
          slug: "builder",
          privateKeyPem: key,
          permissions: EVERYTHING,
          installations: [{ account: "acme", repositories: ["shop"] }],
        },
        {
          slug: "reporter",
          privateKeyPem: key,
          permissions: { checks: "write", issues: "read", workflows: "write", contents: "write" },
          installations: [{ account: "acme" }],
        },
      ],
      ...more,
    });
    return new GitHubWorld(simulator, clock, directory, schemas);
  }

  /** Acts as a person. */
  person(login: string): GitHubClient {
    return this.client(`token ${this.simulator.tokenOf(login)}`);
  }

  /** Acts as the App itself. */
  app(slug: string): GitHubClient {
    return this.client(`Bearer ${this.jwt(slug)}`);
  }

  jwt(slug: string): string {
    return appJwt(this.simulator.app(slug).id, this.simulator.privateKeyOf(slug), { nowMs: this.clock.now() });
  }

  /** A new installation token of the App. */
  async token(slug: string, request: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const [installation_id = 0] = this.simulator.app(slug).installationIds;
    const target = "POST /app/installations/{installation_id}/access_tokens";
    const answer = await this.app(slug).call(target, { installation_id }, { body: request });
    if (answer.status !== 201) {
      throw new Error(`no token: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body.token as string;
  }

  /** Acts as an installation of the App. */
  async bot(slug: string, request: Readonly<Record<string, unknown>> = {}): Promise<GitHubClient> {
    return this.client(`token ${await this.token(slug, request)}`);
  }

  /** A new clone, by a person's token. */
  async clone(login: string, repository = "acme/shop"): Promise<GitWorkTree> {
    this.#clones += 1;
    return GitWorkTree.clone({
      baseUrl: this.simulator.baseUrl,
      repository,
      token: this.simulator.tokenOf(login),
      directory: join(this.directory, "clones", String(this.#clones)),
    });
  }

  client(authorization?: string): GitHubClient {
    return new GitHubClient({
      apiUrl: this.simulator.apiUrl,
      schemas: this.#schemas,
      coverage: this.coverage,
      ...(authorization === undefined ? {} : { authorization }),
    });
  }

  async stop(): Promise<void> {
    await this.simulator.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
