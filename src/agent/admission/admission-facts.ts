// What `admit` knows when it decides: the intent of the workflow, and the state of GitHub and of the lane as they are now.
import type { Configuration } from "../../configuration/configuration.ts";
import type { LaneState } from "../../resources/lane.ts";
import type { Stage } from "../../resources/run-identity.ts";

export type Intent = "task" | "comment" | "ci" | "head" | "docs";

/** The workflow's own parameters; numbers that were empty are undefined. */
export interface AdmissionRequest {
  readonly workflow: string;
  readonly intent: Intent;
  readonly repositoryId: number;
  readonly repository: string;
  readonly ownerId: number;
  readonly number: number | undefined;
  readonly headSha: string | undefined;
  readonly label: string | undefined;
  readonly commentId: number | undefined;
  readonly reviewId: number | undefined;
  readonly actorId: number | undefined;
  readonly actor: string | undefined;
  readonly taskId: number | undefined;
  readonly branch: string | undefined;
}

/** As the workflow asks: who submits by hand knows names, and GitHub tells the ids. */
export interface AskedAdmission extends Omit<AdmissionRequest, "repositoryId" | "ownerId"> {
  readonly repositoryId: number | undefined;
  readonly ownerId: number | undefined;
}

export interface IssueFacts {
  readonly number: number;
  readonly open: boolean;
  readonly title: string;
  readonly url: string;
  readonly labels: readonly string[];
}

export interface PullRequestFacts {
  readonly number: number;
  readonly url: string;
  readonly open: boolean;
  readonly draft: boolean;
  readonly headSha: string;
  readonly headBranch: string;
  /** Of the repository that holds the head branch; undefined when it was deleted. */
  readonly headRepositoryId: number | undefined;
  readonly baseBranch: string;
  readonly labels: readonly string[];
  /** The GitHub App that opened it, where an App did. */
  readonly authorAppSlug: string | undefined;
}

/** A comment, review comment or review by a person. */
export interface CommentFacts {
  readonly id: number;
  readonly url: string;
  readonly authorId: number;
  readonly author: string;
  readonly fromBot: boolean;
}

/** A finished check run `runyard/<stage>` by one of our Apps on the head. */
export interface Verdict {
  readonly stage: Stage;
  readonly success: boolean;
}

export type Permission = "admin" | "maintain" | "write" | "triage" | "read" | "none";

export interface AdmissionFacts {
  readonly request: AdmissionRequest;
  readonly configuration: Configuration;
  readonly defaultBranch: string;
  /** Of the actor, by GitHub's collaborator endpoint; undefined where no actor is involved. */
  readonly permission: Permission | undefined;
  readonly issue: IssueFacts | undefined;
  readonly pullRequest: PullRequestFacts | undefined;
  readonly lane: LaneState;
  /** Comments that wait for an answer and whose authors may write. */
  readonly openComments: readonly CommentFacts[];
  readonly verdicts: readonly Verdict[];
  /** Ids of failed workflow runs and URLs of failed foreign checks on the head. */
  readonly failedRuns: readonly { readonly id: number; readonly url: string }[];
}

/** The task number of a branch of ours; it names the lane. */
export function taskOfBranch(branch: string): number | undefined {
  const match = /^(?:feature\/)?task-(\d{1,9})(?:-|$)/.exec(branch);
  return match === null ? undefined : Number(match[1]);
}

/** The number that names the lane: the task's where it is known, else the pull request's or issue's. */
export function laneNumber(request: AdmissionRequest, pullRequest: PullRequestFacts | undefined): number {
  const ofBranch = pullRequest === undefined ? undefined : taskOfBranch(pullRequest.headBranch);
  return request.taskId ?? ofBranch ?? pullRequest?.number ?? request.number ?? 0;
}

/**
 * Made by hand, with `runyard submit`, for nobody in particular: every event names its actor, and that of a task its label
 * or comment. Who may make workflows is decided by the API's roles.
 */
export function isSubmittedByHand({ intent, actor, label, commentId }: AdmissionRequest): boolean {
  return intent === "task" && actor === undefined && label === undefined && commentId === undefined;
}
