// Everything that the simulated GitHub remembers, apart from what is in the bare repositories.

import type {
  CheckRun,
  CheckSuite,
  CommitStatus,
  Delivery,
  Deployment,
  DeploymentStatus,
  Workflow,
  WorkflowAttempt,
  WorkflowRun,
} from "./check-rows.ts";
import type {
  App,
  Comment,
  Installation,
  InstallationToken,
  Issue,
  Label,
  PullIssue,
  Repository,
  Review,
  ReviewComment,
  Role,
  User,
} from "./rows.ts";
import { Table } from "./table.ts";

export class State {
  // Each kind starts in its own range, so that an id used for the wrong kind is not found instead of finding another row.
  readonly users = new Table<User>(1_001);
  readonly apps = new Table<App>(2_001);
  readonly installations = new Table<Installation>(30_001);
  readonly repositories = new Table<Repository>(400_001);
  readonly labels = new Table<Label>(5_000_001);
  readonly issues = new Table<Issue>(6_000_001);
  readonly pullIds = new Table<{ readonly id: number; readonly issue: PullIssue }>(7_000_001);
  readonly comments = new Table<Comment>(8_000_001);
  readonly reviews = new Table<Review>(9_000_001);
  readonly reviewComments = new Table<ReviewComment>(10_000_001);
  readonly checkSuites = new Table<CheckSuite>(11_000_001);
  readonly checkRuns = new Table<CheckRun>(12_000_001);
  readonly statuses = new Table<CommitStatus>(13_000_001);
  readonly deployments = new Table<Deployment>(14_000_001);
  readonly deploymentStatuses = new Table<DeploymentStatus>(15_000_001);
  readonly workflows = new Table<Workflow>(16_000_001);
  readonly workflowRuns = new Table<WorkflowRun>(17_000_001);
  readonly deliveries = new Table<Delivery>(18_000_001);
  readonly installationTokens = new Map<string, InstallationToken>();
  readonly userTokens = new Map<string, User>();

  /** Logins are compared without case, as GitHub does. */
  userByLogin(login: string): User | undefined {
    const wanted = login.toLowerCase();
    return this.users.find((user) => user.login.toLowerCase() === wanted);
  }

  repositoryByName(owner: string, name: string): Repository | undefined {
    const wanted = `${owner}/${name}`.toLowerCase();
    return this.repositories.find((row) => fullName(row).toLowerCase() === wanted);
  }

  issueByNumber(repository: Repository, number: number): Issue | undefined {
    return this.issues.find((issue) => issue.repository === repository && issue.number === number);
  }

  pullByNumber(repository: Repository, number: number): PullIssue | undefined {
    const issue = this.issueByNumber(repository, number);
    return issue !== undefined && isPullIssue(issue) ? issue : undefined;
  }

  openPulls(): readonly PullIssue[] {
    return this.issues
      .all()
      .filter(isPullIssue)
      .filter((issue) => issue.state === "open");
  }

  /** Open pull requests whose head is the commit. */
  openPullsAt(repository: Repository, sha: string): readonly PullIssue[] {
    return this.openPulls().filter((issue) => issue.repository === repository && issue.pull.headSha === sha);
  }

  openPullsFrom(repository: Repository, branch: string): readonly PullIssue[] {
    return this.openPulls().filter(
      (issue) => issue.pull.headRepository === repository && issue.pull.headBranch === branch,
    );
  }

  labelByName(repository: Repository, name: string): Label | undefined {
    const wanted = name.toLowerCase();
    return this.labels.find((label) => label.repository === repository && label.name.toLowerCase() === wanted);
  }

  /** What a person may do in a repository: their role, or what a public repository gives to everybody. */
  roleOf(user: User, repository: Repository): Role {
    if (repository.owner === user) {
      return "admin";
    }
    return repository.collaborators.get(user.login.toLowerCase()) ?? (repository.isPrivate ? "none" : "read");
  }

  installationOf(app: App, repository: Repository): Installation | undefined {
    return this.installations.find((row) => row.app === app && covers(row, repository));
  }
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function isPullIssue(issue: Issue): issue is PullIssue {
  return issue.pull !== null;
}

/** The attempt of a workflow run to which the job belongs. */
export function attemptOfJob(
  state: State,
  jobId: number,
): { readonly run: WorkflowRun; readonly attempt: WorkflowAttempt } | undefined {
  for (const run of state.workflowRuns.all()) {
    const attempt = run.attempts.find((candidate) => candidate.job.id === jobId);
    if (attempt !== undefined) {
      return { run, attempt };
    }
  }
  return undefined;
}

/** Whether an installation reaches the repository. */
export function covers(installation: Installation, repository: Repository): boolean {
  if (installation.account !== repository.owner) {
    return false;
  }
  return installation.repositories === "all" || installation.repositories.has(repository.id);
}
