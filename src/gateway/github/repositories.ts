// What the gateway itself must know of a repository: its default branch, which no run may push.
import type { Clock } from "../../platform/clock.ts";
import { parseJsonObject, readAll } from "../bodies.ts";
import type { GitHubAppTokens, TokenScope } from "../github-app-tokens.ts";
import { Refusal } from "../refusal.ts";
import { repositoryText } from "../repository-name.ts";
import type { Upstream } from "../upstream.ts";
import { GITHUB_HEADERS } from "./github-api.ts";

const CACHE_MS = 5 * 60_000;
const ANSWER_BYTES_MAX = 1024 * 1024;
const TIMEOUT_MS = 30_000;

export interface RepositoriesOptions {
  readonly tokens: GitHubAppTokens;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly apiUrl: string;
}

export class Repositories {
  readonly #options: RepositoriesOptions;
  readonly #defaultBranches = new Map<string, { readonly branch: string; readonly until: number }>();

  constructor(options: RepositoriesOptions) {
    this.#options = options;
  }

  /** The default branch; Unavailable when GitHub does not say. */
  async defaultBranch(scope: TokenScope): Promise<string> {
    const key = repositoryText(scope.repository).toLowerCase();
    const now = this.#options.clock.now();
    const known = this.#defaultBranches.get(key);
    if (known !== undefined && known.until > now) return known.branch;
    const branch = await this.#options.tokens.withToken(scope, (token) => this.#ask(scope, token));
    this.#defaultBranches.set(key, { branch, until: now + CACHE_MS });
    return branch;
  }

  async #ask(scope: TokenScope, token: string): Promise<string> {
    const name = repositoryText(scope.repository);
    const answer = await this.#options.upstream
      .send({
        method: "GET",
        url: `${this.#options.apiUrl}/repos/${name}`,
        headers: { ...GITHUB_HEADERS, authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      .catch(() => {
        throw new Refusal("Unavailable", `GitHub did not say which is the default branch of ${name}`);
      });
    const branch = parseJsonObject(await readAll(answer.body, ANSWER_BYTES_MAX))["default_branch"];
    if (typeof branch === "string" && branch !== "") return branch;
    throw new Refusal("Unavailable", `GitHub answers ${answer.status} to the question for ${name}`);
  }
}
