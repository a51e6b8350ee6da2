// What the demonstration believes: what GitHub answers to a person who asks. Nothing is taken from the engine's word.
import { z } from "zod";
import { REPOSITORY } from "./github-setup.ts";
import { PREVIEW_ENVIRONMENT } from "./preview-host.ts";
import type { Person } from "./person.ts";

const pullShape = z.object({
  number: z.number(),
  title: z.string(),
  html_url: z.string(),
  draft: z.boolean(),
  state: z.string(),
  user: z.object({ login: z.string() }),
  head: z.object({ ref: z.string(), sha: z.string() }),
});
export type PullRequest = z.infer<typeof pullShape>;

const checkShape = z.object({
  id: z.number(),
  name: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullable(),
  app: z.object({ slug: z.string() }).nullable(),
  output: z.object({ summary: z.string().nullable() }).optional(),
});
export type CheckRun = z.infer<typeof checkShape>;

const commentShape = z.object({
  body: z.string().nullable().optional(),
  user: z.object({ login: z.string() }).nullable(),
});
const fileShape = z.object({ filename: z.string(), status: z.string(), patch: z.string().optional() });
const deploymentShape = z.object({ id: z.number(), sha: z.string() });
const statusShape = z.object({ state: z.string(), description: z.string().nullable() });

export const STAGE_CHECKS = ["author", "clippy", "tests", "deploy", "acceptance"].map((stage) => `runyard/${stage}`);

export class GitHubReader {
  readonly #person: Person;

  constructor(person: Person) {
    this.#person = person;
  }

  async pulls(): Promise<readonly PullRequest[]> {
    return z.array(pullShape).parse(await this.#get("/pulls?state=open&per_page=100"));
  }

  async pull(number: number): Promise<PullRequest> {
    return pullShape.parse(await this.#get(`/pulls/${number}`));
  }

  /** The newest check run of each name. */
  async checks(sha: string): Promise<ReadonlyMap<string, CheckRun>> {
    return new Map((await this.#checkRuns(sha)).map((check) => [check.name, check]));
  }

  /** Oldest first. */
  async #checkRuns(sha: string): Promise<readonly CheckRun[]> {
    const answer = await this.#get(`/commits/${sha}/check-runs?per_page=100`);
    const { check_runs: checks } = z.object({ check_runs: z.array(checkShape) }).parse(answer);
    return checks.toSorted((left, right) => left.id - right.id);
  }

  /** The summaries of all check runs of this name on these commits, oldest commit first. */
  async evidence(name: string, commits: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const sha of commits) {
      for (const check of await this.#checkRuns(sha)) if (check.name === name) found.push(check.output?.summary ?? "");
    }
    return found;
  }

  /** Names of the five stages that have no success on this commit. */
  async missingVerdicts(sha: string): Promise<readonly string[]> {
    const checks = await this.checks(sha);
    return STAGE_CHECKS.filter((name) => checks.get(name)?.conclusion !== "success");
  }

  async files(number: number): Promise<readonly z.infer<typeof fileShape>[]> {
    return z.array(fileShape).parse(await this.#get(`/pulls/${number}/files?per_page=100`));
  }

  async comments(number: number): Promise<readonly { readonly by: string; readonly body: string }[]> {
    const comments = z.array(commentShape).parse(await this.#get(`/issues/${number}/comments?per_page=100`));
    return comments.map(({ body, user }) => ({ by: user?.login ?? "ghost", body: body ?? "" }));
  }

  /** SHAs of the pull request's commits, oldest first. */
  async commits(number: number): Promise<readonly string[]> {
    const commits = z
      .array(z.object({ sha: z.string() }))
      .parse(await this.#get(`/pulls/${number}/commits?per_page=100`));
    return commits.map(({ sha }) => sha);
  }

  /** How the preview of a commit ended: the newest status; undefined where there is none. */
  async preview(sha: string): Promise<z.infer<typeof statusShape> | undefined> {
    const query = `sha=${sha}&environment=${PREVIEW_ENVIRONMENT}`;
    const [deployment] = z.array(deploymentShape).parse(await this.#get(`/deployments?${query}`));
    if (deployment === undefined) return undefined;
    return z.array(statusShape).parse(await this.#get(`/deployments/${deployment.id}/statuses`))[0];
  }

  #get(path: string): Promise<unknown> {
    return this.#person.get(`/repos/${REPOSITORY}${path}`);
  }
}
