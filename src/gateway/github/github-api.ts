// GitHub's API as an App: JWTs by an App's key, corrected for the difference of the clocks, and the few calls that
// concern installations and their tokens.
import githubAppJwt from "universal-github-app-jwt";
import type { Clock } from "../../platform/clock.ts";
import { readAll } from "../bodies.ts";
import { Refusal } from "../refusal.ts";
import { repositoryText, type RepositoryName } from "../repository-name.ts";
import { headerOf, type Upstream } from "../upstream.ts";
import type { AppKey } from "./app-keys.ts";
import type { Permissions } from "./permissions.ts";

const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
/** Differences below this are the network's. */
const SKEW_MS_MIN = 5_000;

export const GITHUB_HEADERS = {
  accept: "application/vnd.github+json",
  "x-github-api-version": "2022-11-28",
  "user-agent": "runyard",
} as const;

export interface MintedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export class GitHubApi {
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  readonly #apiUrl: string;
  /** GitHub's clock minus ours. */
  #skewMs = 0;

  constructor(options: { readonly upstream: Upstream; readonly clock: Clock; readonly apiUrl: string }) {
    this.#upstream = options.upstream;
    this.#clock = options.clock;
    this.#apiUrl = options.apiUrl;
  }

  /** The App's installation on a repository; Misconfigured when it is not installed there. */
  async findInstallation(app: AppKey, repository: RepositoryName): Promise<number> {
    const path = `/repos/${repository.owner}/${repository.name}/installation`;
    const { status, body } = await this.#asApp(app, "GET", path);
    if (status === 200 && typeof body["id"] === "number") return body["id"];
    if (status === 404) {
      const message = `the GitHub App ${app.appId} is not installed on ${repositoryText(repository)}: install it there`;
      throw new Refusal("Misconfigured", message);
    }
    throw this.#failure(`looking up the installation on ${repositoryText(repository)}`, status, body);
  }

  /** A token for one repository with exactly these permissions. */
  async mintToken(
    app: AppKey,
    installation: number,
    scope: {
      readonly repository: RepositoryName;
      readonly repositoryId: number | undefined;
      readonly permissions: Permissions;
    },
  ): Promise<MintedToken> {
    const { status, body } = await this.#asApp(app, "POST", `/app/installations/${installation}/access_tokens`, {
      ...(scope.repositoryId === undefined
        ? { repositories: [scope.repository.name] }
        : { repository_ids: [scope.repositoryId] }),
      permissions: scope.permissions,
    });
    const { token, expires_at: expiresAt } = body;
    if (status === 201 && typeof token === "string" && typeof expiresAt === "string") {
      return { token, expiresAt: Date.parse(expiresAt) };
    }
    throw this.#failure(`minting a token for ${repositoryText(scope.repository)}`, status, body);
  }

  /** True when the token is certainly void: revoked now, or already invalid. */
  async revokeToken(token: string): Promise<boolean> {
    const answer = await this.#upstream.send({
      method: "DELETE",
      url: `${this.#apiUrl}/installation/token`,
      headers: { ...GITHUB_HEADERS, authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer.body.resume();
    return answer.status === 204 || answer.status === 401;
  }

  async #asApp(app: AppKey, method: string, path: string, body?: object): Promise<Answer> {
    const first = await this.#sendAsApp(app, { method, path, body });
    // A 401 may mean that our clock is wrong: its answer has told us the time.
    return first.status === 401 && first.clockMoved ? await this.#sendAsApp(app, { method, path, body }) : first;
  }

  async #sendAsApp(
    app: AppKey,
    call: { readonly method: string; readonly path: string; readonly body: object | undefined },
  ): Promise<Answer & { readonly clockMoved: boolean }> {
    const now = Math.floor((this.#clock.now() + this.#skewMs) / 1_000);
    const { token } = await githubAppJwt({ id: app.appId, privateKey: app.privateKey, now }).catch(() => {
      throw new Refusal("Misconfigured", `the private key of the GitHub App ${app.appId} is not a PEM of an RSA key`);
    });
    const answer = await this.#upstream
      .send({
        method: call.method,
        url: this.#apiUrl + call.path,
        headers: { ...GITHUB_HEADERS, authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      .catch(() => {
        throw new Refusal("Unavailable", `GitHub at ${this.#apiUrl} did not answer`);
      });
    const text = (await readAll(answer.body, ANSWER_BYTES_MAX)).toString("utf8");
    return { status: answer.status, body: parseObject(text), clockMoved: this.#noteDate(headerOf(answer, "date")) };
  }

  /** Remembers GitHub's time; true when that differs from what was believed. */
  #noteDate(date: string | undefined): boolean {
    const theirs = Date.parse(date ?? "");
    if (Number.isNaN(theirs)) return false;
    const skew = theirs - this.#clock.now();
    if (Math.abs(skew - this.#skewMs) < SKEW_MS_MIN) return false;
    this.#skewMs = skew;
    return true;
  }

  #failure(what: string, status: number, body: Readonly<Record<string, unknown>>): Refusal {
    const message = `${what}: GitHub answers ${status} ${typeof body["message"] === "string" ? body["message"] : ""}`;
    return new Refusal(status === 401 || status === 403 || status === 422 ? "Misconfigured" : "Unavailable", message);
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
