// Stands in for GitHub Actions: runs a repository's CI command for a pushed commit in a fresh checkout, really, and
// reports it as a workflow run with one job.

import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { beginAgain, beginRun, progressRun } from "../changes/workflow-run-changes.ts";
import { ConcurrencySlots } from "../concurrency-slots.ts";
import { runGit } from "../git/run-git.ts";
import type { CheckConclusion, WorkflowAttempt, WorkflowRun } from "../state/check-rows.ts";
import type { CiCommand, User } from "../state/rows.ts";
import { fullName } from "../state/state.ts";
import type { BranchPush, World } from "../world.ts";
import { runCommand } from "./run-command.ts";

const SKIP = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/;

export class CiRunner {
  readonly #slots: ConcurrencySlots;
  readonly #directory: string;
  readonly #closing = new AbortController();
  readonly #world: () => World;

  /** Checkouts are made and removed in `directory`. */
  constructor(parts: { readonly directory: string; readonly concurrencyMax: number; readonly world: () => World }) {
    this.#directory = parts.directory;
    this.#slots = new ConcurrencySlots(parts.concurrencyMax);
    this.#world = parts.world;
  }

  /** Runs the repository's command for a pushed commit, if it has one that wants the branch. */
  start(push: BranchPush): void {
    const { ci } = push.repository;
    const isWanted = ci !== null && (ci.branches === undefined || ci.branches.includes(push.branch));
    if (isWanted && !this.#closing.signal.aborted) {
      this.#slots.start(() => this.#startRun(push, ci));
    }
  }

  /** Runs a completed run's command again. Resolves as soon as the new attempt is there to be seen. */
  async restart(run: WorkflowRun, actor: User): Promise<void> {
    const attempt = await beginAgain(this.#world(), run, actor);
    this.#slots.start(() => this.#perform(run, attempt));
  }

  get isIdle(): boolean {
    return this.#slots.isIdle;
  }

  idle(): Promise<void> {
    return this.#slots.idle();
  }

  /** Kills the commands that run; their runs conclude as cancelled. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#slots.idle();
  }

  async #startRun(push: BranchPush, command: CiCommand): Promise<void> {
    const world = this.#world();
    const commit = await world.gitOf(push.repository).commit(push.after);
    if (commit === undefined || SKIP.test(commit.message)) {
      return;
    }
    const run = await beginRun(world, push, command);
    await this.#perform(run, run.attempts[0]);
  }

  async #perform(run: WorkflowRun, attempt: WorkflowAttempt): Promise<void> {
    const world = this.#world();
    await progressRun(world, { run, attempt }, { status: "in_progress" });
    const outcome = await this.#runInCheckout(run, attempt);
    attempt.log = outcome.log;
    await progressRun(world, { run, attempt }, { status: "completed", conclusion: outcome.conclusion });
  }

  async #runInCheckout(
    run: WorkflowRun,
    attempt: WorkflowAttempt,
  ): Promise<{ conclusion: CheckConclusion; log: string }> {
    const { repository, command } = run.workflow;
    const { headSha } = run.suite;
    const parent = await mkdtemp(join(this.#directory, "checkout-"));
    const directory = join(parent, repository.name);
    try {
      const source = this.#world().gitOf(repository).directory;
      await runGit({ directory: parent, args: ["clone", "--quiet", "--shared", "--no-checkout", source, directory] });
      await runGit({ directory, args: ["checkout", "--quiet", "--detach", headSha] });
      const outcome = await runCommand({
        argv: command.argv,
        directory,
        environment: {
          ...command.environment,
          CI: "true",
          GITHUB_ACTIONS: "true",
          GITHUB_REPOSITORY: fullName(repository),
          GITHUB_REF: `refs/heads/${run.headBranch}`,
          GITHUB_RUN_ATTEMPT: String(attempt.number),
          GITHUB_SHA: headSha,
          HOME: parent,
        },
        timeoutMs: command.timeoutMs,
        signal: this.#closing.signal,
      });
      return { conclusion: CONCLUSION_OF[outcome.ending], log: outcome.log };
    } catch (error) {
      // No room for a checkout, say: the run fails, as it does on GitHub when a runner breaks.
      return { conclusion: "failure", log: `##[error]${error instanceof Error ? error.message : "checkout failed"}\n` };
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  }
}

const CONCLUSION_OF = {
  succeeded: "success",
  failed: "failure",
  "timed-out": "timed_out",
  aborted: "cancelled",
} as const;
