// What a run of the product has left in the world, in a form in which two runs can be compared.
import { CODE_RUN } from "../../src/resources/code-run.ts";
import type { Effect } from "../../src/github-simulator/faults/effect-log.ts";
import { REPOSITORY, type EngineWorld } from "./engine-world.ts";

export interface CheckRun {
  readonly name: string;
  readonly conclusion: string;
  readonly app: string;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly draft: boolean;
  readonly state: string;
  readonly head: { readonly sha: string; readonly ref: string };
  readonly user: { readonly login: string };
}

/** Read back from GitHub as a person would. */
export async function pullRequests(world: EngineWorld): Promise<readonly PullRequest[]> {
  return (await world.call("wes", "GET", `/repos/${REPOSITORY}/pulls?state=all`)) as readonly PullRequest[];
}

/** The newest check run of each name on a commit, by name. */
export async function checkRuns(world: EngineWorld, sha: string): Promise<readonly CheckRun[]> {
  const answer = (await world.call("wes", "GET", `/repos/${REPOSITORY}/commits/${sha}/check-runs`)) as {
    readonly check_runs: readonly {
      readonly name: string;
      readonly conclusion: string;
      readonly app: { readonly slug: string };
    }[];
  };
  return answer.check_runs
    .map(({ name, conclusion, app }) => ({ name, conclusion, app: app.slug }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

export async function commentsOf(world: EngineWorld, number: number): Promise<readonly string[]> {
  const comments = await world.call("wes", "GET", `/repos/${REPOSITORY}/issues/${number}/comments`);
  return (comments as readonly { readonly body: string }[]).map(({ body }) => body);
}

/** The changes at GitHub as a multiset: sorted, and without the durations of commands. */
export function effectsOf(world: EngineWorld): readonly string[] {
  return comparableEffects(world.github.effects());
}

export function comparableEffects(effects: readonly Effect[]): readonly string[] {
  return effects.map((effect) => JSON.stringify(effect).replaceAll(/\b\d+\.\d s\b/g, "<duration>")).sort();
}

/** How every workflow and run has ended: names, phases, reasons, attempts. */
export async function endingsOf(world: EngineWorld): Promise<readonly string[]> {
  const workflows = (await world.workflows()).map(({ metadata, status }) => {
    const nodes = Object.values(status?.nodes ?? {}).map((node) => `${node.displayName}=${node.phase}`);
    return `${metadata.name} ${status?.phase} ${nodes.sort().join(" ")}`;
  });
  const runs = (await world.store.list(CODE_RUN)).items.map(({ metadata, status }) => {
    const complete = status?.conditions?.find((condition) => condition.type === "Complete");
    return `${metadata.name} ${status?.phase} ${complete?.reason} retries ${status?.retryCount}`;
  });
  return [...workflows, ...runs].sort();
}
