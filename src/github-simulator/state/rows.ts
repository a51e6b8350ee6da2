// The rows of the simulated GitHub: plain data, joined by object references, never holding anything that git can tell.

export type UserKind = "User" | "Bot" | "Organization";

export interface User {
  readonly id: number;
  readonly login: string;
  readonly kind: UserKind;
  readonly name: string | null;
  readonly email: string | null;
}

export type PermissionLevel = "read" | "write" | "admin";
/** Permission name (as in an App's manifest) to level. */
export type Permissions = Readonly<Record<string, PermissionLevel>>;

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly clientId: string;
  readonly owner: User;
  readonly bot: User;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly publicKeyPem: string;
  readonly createdAt: string;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: User;
  readonly permissions: Permissions;
  readonly createdAt: string;
  /** "all" follows the account's repositories as they appear. */
  repositories: "all" | ReadonlySet<number>;
}

export interface InstallationToken {
  readonly token: string;
  readonly installation: Installation;
  readonly permissions: Permissions;
  readonly repositories: "all" | ReadonlySet<number>;
  readonly expiresAtMs: number;
  revoked: boolean;
}

export type Role = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export interface Repository {
  readonly id: number;
  readonly owner: User;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly description: string | null;
  readonly defaultBranch: string;
  readonly forkOf: Repository | null;
  readonly collaborators: ReadonlyMap<string, Role>;
  readonly ci: CiCommand | null;
  readonly createdAt: string;
  pushedAt: string;
  lastNumber: number;
}

export interface CiCommand {
  readonly argv: readonly string[];
  /** The workflow's file, as workflow runs name it. */
  readonly workflowPath: string;
  readonly workflowName: string;
  readonly jobName: string;
  readonly timeoutMs: number;
  /** Branches whose pushes run the command; undefined means every branch. */
  readonly branches: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Label {
  readonly id: number;
  readonly repository: Repository;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

/** Who acted: a person, or an App through its bot user. */
export interface Actor {
  readonly user: User;
  readonly app: App | null;
}

export interface Issue {
  readonly id: number;
  readonly repository: Repository;
  readonly number: number;
  readonly author: Actor;
  readonly createdAt: string;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: "completed" | "reopened" | "not_planned" | "duplicate" | null;
  labels: Label[];
  assignees: User[];
  updatedAt: string;
  closedAt: string | null;
  closedBy: User | null;
  /** Present when this issue is a pull request: the two share number, title, labels and comments. */
  readonly pull: Pull | null;
}

export interface Pull {
  readonly id: number;
  readonly headRepository: Repository;
  readonly headBranch: string;
  baseBranch: string;
  draft: boolean;
  maintainerCanModify: boolean;
  requestedReviewers: User[];
  /** Last head seen: what `synchronize` compares with; frozen when the pull request is closed. */
  headSha: string;
  /** Frozen when the pull request is closed; before that the base branch decides. */
  baseSha: string;
  mergedAt: string | null;
  mergedBy: User | null;
  mergeCommitSha: string | null;
}

export type PullIssue = Issue & { readonly pull: Pull };

export interface Comment {
  readonly id: number;
  readonly issue: Issue;
  readonly author: Actor;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
}

export type ReviewState = "PENDING" | "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";

export interface Review {
  readonly id: number;
  readonly issue: PullIssue;
  readonly author: Actor;
  readonly body: string;
  readonly commitId: string;
  readonly submittedAt: string;
  state: ReviewState;
}

export interface ReviewComment {
  readonly id: number;
  readonly issue: PullIssue;
  readonly review: Review;
  readonly author: Actor;
  readonly path: string;
  readonly line: number | null;
  readonly side: "LEFT" | "RIGHT";
  readonly commitId: string;
  readonly diffHunk: string;
  readonly inReplyToId: number | null;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
}
