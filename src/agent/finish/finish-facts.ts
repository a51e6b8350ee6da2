// What `finish` knows about a workflow that has ended.
import type { Stage } from "../../resources/run-identity.ts";

export interface StageResult {
  readonly stage: Stage;
  readonly run: string;
  readonly phase: string;
  /** CamelCase reason of the run's first condition, for example GateFailed. */
  readonly reason: string;
  readonly message: string;
  readonly spentMicroUsd: number;
  readonly checkRunUrl: string | undefined;
}

export interface FinishFacts {
  readonly workflow: string;
  /** Succeeded, Failed or Error. */
  readonly status: string;
  readonly decision: string | undefined;
  readonly results: readonly StageResult[];
  readonly pullRequest:
    | { readonly number: number; readonly draft: boolean; readonly headSha: string; readonly url: string }
    | undefined;
  /** Stages with a success of ours on the head. */
  readonly passedOnHead: ReadonlySet<Stage>;
  readonly spentMicroUsd: number;
  readonly taskUsdMax: number;
  /** Comments that this workflow was to answer. */
  readonly answered: readonly number[];
}
