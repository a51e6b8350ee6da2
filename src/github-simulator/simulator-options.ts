// What a test or demonstration says about the GitHub that it wants.

import type { Clock } from "../platform/clock.ts";
import type { Permissions, Role } from "./state/rows.ts";

export interface GitHubSimulatorOptions {
  /** Where bare repositories and CI checkouts are kept. Must exist; nothing outside it is written. */
  readonly directory: string;
  /** TCP port on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Listens on this Unix socket too. */
  readonly socketPath?: string;
  /** Time of everything that GitHub stamps or expires. Default: the machine's. */
  readonly clock?: Clock;
  readonly users?: readonly UserOptions[];
  readonly organizations?: readonly string[];
  readonly repositories?: readonly RepositoryOptions[];
  readonly apps?: readonly AppOptions[];
  readonly webhook?: WebhookOptions;
  /** REST requests per hour and identity. Default 5000, as GitHub gives an installation. */
  readonly requestsPerHour?: number;
  /** Form of installation tokens: 40 characters, or GitHub's newer form of some 500 with dots and underscores. */
  readonly tokenFormat?: "opaque" | "stateless";
  /** CI commands that run at once. Default 2. */
  readonly ciConcurrencyMax?: number;
}

export interface UserOptions {
  readonly login: string;
  readonly name?: string;
  readonly email?: string;
  /** Personal token for acting as this person. Default: a generated one, see `GitHubSimulator.tokenOf`. */
  readonly token?: string;
}

export interface RepositoryOptions {
  /** "owner/name". The owner becomes an organisation unless it is a listed user. */
  readonly fullName: string;
  readonly description?: string;
  readonly isPrivate?: boolean;
  readonly defaultBranch?: string;
  /** "owner/name" of a repository listed before. */
  readonly forkOf?: string;
  /** Login to role. */
  readonly collaborators?: Readonly<Record<string, Role>>;
  readonly labels?: readonly string[];
  /** Path to text: the first commit on the default branch. Without it the repository is empty. */
  readonly files?: Readonly<Record<string, string>>;
  readonly ci?: CiOptions;
}

export interface CiOptions {
  /** Run in a fresh checkout of the pushed commit; exit code 0 is success. */
  readonly argv: readonly string[];
  readonly workflowPath?: string;
  readonly workflowName?: string;
  readonly jobName?: string;
  /** Default 60000; afterwards the command is killed and the run concludes as timed_out. */
  readonly timeoutMs?: number;
  /** Default: every branch. */
  readonly branches?: readonly string[];
  /** Added to the small environment (PATH, HOME, CI, GITHUB_*) of the command. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface AppOptions {
  readonly slug: string;
  readonly id?: number;
  readonly clientId?: string;
  /** PEM. Without it a key is generated, see `GitHubSimulator.privateKeyOf`. */
  readonly privateKeyPem?: string;
  readonly permissions: Permissions;
  readonly events?: readonly string[];
  readonly installations: readonly InstallationOptions[];
}

export interface InstallationOptions {
  /** Login of the account. */
  readonly account: string;
  /** Names within the account. Default: all. */
  readonly repositories?: readonly string[];
}

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  /** Slug of the App that the hook belongs to. Default: the first App. */
  readonly app?: string;
  /** Default: the events that the App lists; every event if it lists none. A ping and installations always come. */
  readonly events?: readonly string[];
  /** How long a receiver may take. Default 10000, as GitHub. */
  readonly timeoutMs?: number;
}
