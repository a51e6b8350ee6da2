// What the workflow steps `admit` and `finish` have in hand.
import type { Configuration } from "../configuration/configuration.ts";
import type { Clock } from "../platform/clock.ts";
import type { GitHubApi } from "../platform/github-api.ts";
import type { Log } from "../platform/log.ts";
import type { ResourceStore } from "../platform/resource-store.ts";

export interface StepDependencies {
  readonly store: ResourceStore;
  readonly api: GitHubApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: Configuration;
  readonly namespace: string;
}
