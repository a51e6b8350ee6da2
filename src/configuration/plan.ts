// The plan that `admit` writes and orchestrator-dag reads: for every stage whether it runs and with what.
// All values are text or booleans, because the workflow passes them on as parameters.
import type { Stage } from "../resources/run-identity.ts";

export interface StagePlan {
  readonly run: boolean;
  readonly taskId: string;
  readonly service: string;
  readonly repositoryUrl: string;
  readonly docsRepositoryUrl: string;
  readonly docsProjectDirectory: string;
  readonly docsBranch: string;
  readonly workingDirectory: string;
  readonly githubApp: string;
  readonly model: string;
  readonly continueSession: string;
  readonly overwriteMemory: string;
  readonly taskRequirements: string;
  readonly lane: string;
  readonly generation: string;
  readonly repositoryId: string;
  readonly pullRequest: string;
  readonly issue: string;
  readonly branch: string;
  readonly baseBranch: string;
  readonly headSha: string;
  /** JSON of RunTrigger, or empty. */
  readonly trigger: string;
}

/** The docs stage carries sourceBranch too. */
export type Plan = Readonly<Partial<Record<Stage, StagePlan & { readonly sourceBranch?: string }>>>;
