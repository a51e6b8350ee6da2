// Installation tokens: minted per owner, role and repository, kept in this program's memory, never handed out, revoked when
// the owner ends, when they lie idle, when the gateway stops, and after a crash by the journal.
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { readAppKey } from "./github/app-keys.ts";
import type { GitHubApi } from "./github/github-api.ts";
import type { Permissions } from "./github/permissions.ts";
import type { TokenJournal } from "./github/token-journal.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import type { RepositoryName } from "./repository-name.ts";
import { repositoryText } from "./repository-name.ts";
import type { Secrets } from "./secrets.ts";

/** A token is not used when it would expire within this time: a push may take that long. */
const EXPIRY_MARGIN_MS = 10 * 60_000;
/** Tokens that nobody has used for this long are revoked; the next call mints another. */
const IDLE_MS_MAX = 60_000;
const INSTALLATION_CACHE_MS = 10 * 60_000;

/** Whose end revokes a token: a run, the pod of a workflow's step, or a controller, which has no end. */
export interface TokenOwner {
  readonly kind: "CodeRun" | "DocsRun" | "Pod" | "Controller";
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface TokenScope {
  readonly owner: TokenOwner;
  readonly githubApp: string;
  readonly repository: RepositoryName;
  readonly repositoryId: number | undefined;
  readonly permissions: Permissions;
}

interface LiveToken {
  readonly token: string;
  readonly owner: TokenOwner;
  readonly expiresAt: number;
  inUse: number;
  lastUsed: number;
  /** The owner has ended: to be revoked as soon as it is not in use. */
  isDoomed: boolean;
}

export interface TokensOptions {
  readonly api: GitHubApi;
  readonly secrets: Secrets;
  readonly journal: TokenJournal;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether an owner has ended or is gone, as the store says now. */
  hasEnded(owner: TokenOwner): Promise<boolean>;
}

export class GitHubAppTokens {
  readonly #options: TokensOptions;
  readonly #live = new Map<string, LiveToken>();
  /** Tokens that this process still uses or may use; others in the journal were left behind. */
  readonly #held = new Set<string>();
  readonly #installations = new Map<string, { readonly id: number; readonly until: number }>();
  readonly #queue = new KeyedQueue();

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** Calls `use` with a token of this scope; the token must not leave it. Throws a Refusal when none can be minted. */
  async withToken<T>(scope: TokenScope, use: (token: string) => Promise<T>): Promise<T> {
    const key = keyOf(scope);
    const live = await this.#queue.run(key, () => this.#take(key, scope));
    try {
      return await use(live.token);
    } finally {
      live.inUse -= 1;
      live.lastUsed = this.#options.clock.now();
      if (live.isDoomed && live.inUse === 0) await this.#revoke(live.token);
    }
  }

  /** Revokes the tokens of an owner that has ended, by its uid; those in use, as soon as they are not. */
  async revokeOf(uid: string): Promise<void> {
    await this.#retire((live) => live.owner.uid === uid);
  }

  /** Revokes what lies idle, was left by a crash, or whose owner ended without a word. Called every few seconds. */
  async sweep(): Promise<void> {
    const now = this.#options.clock.now();
    await this.#retire((live) => live.inUse === 0 && now - live.lastUsed > IDLE_MS_MAX);
    for (const entry of await this.#options.journal.list()) {
      if (entry.expiresAt <= now) await this.#options.journal.remove(entry.token);
      else if (!this.#held.has(entry.token)) await this.#revoke(entry.token);
    }
    const owners = new Map([...this.#live.values()].map(({ owner }) => [owner.uid, owner]));
    for (const owner of owners.values()) {
      if (await this.#options.hasEnded(owner)) await this.revokeOf(owner.uid);
    }
  }

  /** Revokes everything: the gateway stops. */
  async close(): Promise<void> {
    await this.#retire(() => true);
  }

  async #take(key: string, scope: TokenScope): Promise<LiveToken> {
    const { clock } = this.#options;
    const known = this.#live.get(key);
    if (known !== undefined && !known.isDoomed && known.expiresAt - clock.now() > EXPIRY_MARGIN_MS) {
      known.inUse += 1;
      return known;
    }
    const minted = await this.#mint(scope);
    const live = { ...minted, owner: scope.owner, inUse: 1, lastUsed: clock.now(), isDoomed: false };
    // In memory before the journal: a sweep in between must not take it for one of a crash.
    this.#held.add(minted.token);
    this.#live.set(key, live);
    await this.#options.journal.add(minted);
    if (known !== undefined) await this.#doom(known);
    return live;
  }

  async #mint(scope: TokenScope) {
    const app = await readAppKey(this.#options.secrets, scope.githubApp);
    const installation = await this.#installation(scope, app);
    return await this.#options.api.mintToken(app, installation, scope);
  }

  async #installation(scope: TokenScope, app: { readonly appId: number; readonly privateKey: string }) {
    const key = `${app.appId} ${repositoryText(scope.repository)}`;
    const now = this.#options.clock.now();
    const known = this.#installations.get(key);
    if (known !== undefined && known.until > now) return known.id;
    const id = await this.#options.api.findInstallation(app, scope.repository);
    this.#installations.set(key, { id, until: now + INSTALLATION_CACHE_MS });
    return id;
  }

  async #retire(which: (live: LiveToken) => boolean): Promise<void> {
    const retired = [...this.#live].filter(([, live]) => which(live));
    for (const [key] of retired) this.#live.delete(key);
    await Promise.all(retired.map(([, live]) => this.#doom(live)));
  }

  async #doom(live: LiveToken): Promise<void> {
    live.isDoomed = true;
    if (live.inUse === 0) await this.#revoke(live.token);
  }

  /** A token that cannot be revoked now stays in the journal: the sweep tries again until it expires. */
  async #revoke(token: string): Promise<void> {
    this.#held.delete(token);
    try {
      if (await this.#options.api.revokeToken(token)) await this.#options.journal.remove(token);
    } catch {
      this.#options.log.write("warn", "a GitHub token could not be revoked; the sweep tries again");
    }
  }
}

function keyOf(scope: TokenScope): string {
  return JSON.stringify([scope.owner.uid, scope.githubApp, repositoryText(scope.repository), scope.permissions]);
}
