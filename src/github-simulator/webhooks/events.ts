// Events and their payloads, one function per event of GitHub that the simulator sends.

import { readPullFacts } from "../facts/pull-facts.ts";
import {
  showCheckRunOfEvent,
  showComment,
  showIssue,
  showRepository,
  showReview,
  showReviewComment,
} from "../facts/table-facts.ts";
import type { CheckRun } from "../state/check-rows.ts";
import type { Comment, Issue, PullIssue, Repository, Review, ReviewComment, User } from "../state/rows.ts";
import type { Json } from "../views/json.ts";
import { nodeId } from "../views/urls.ts";
import { viewPull, viewPullSimple } from "../views/view-pull.ts";
import { viewOrganization, viewUser } from "../views/view-user.ts";
import { timestamp, type World } from "../world.ts";

/** Adds what every repository event carries, and queues the delivery. */
export function emit(
  world: World,
  event: { readonly name: string; readonly action: string | null },
  about: { readonly repository: Repository; readonly sender: User },
  payload: Json,
): void {
  const { repository, sender } = about;
  const { hook } = world.webhooks;
  if (hook === undefined || !world.webhooks.listensTo(event.name, repository)) {
    return;
  }
  const installation = world.state.installationOf(hook.app, repository);
  world.webhooks.send({
    event: event.name,
    action: event.action,
    repository,
    payload: {
      ...(event.action === null ? {} : { action: event.action }),
      ...payload,
      repository: payload["repository"] ?? showRepository(world, repository),
      ...(repository.owner.kind === "Organization"
        ? { organization: viewOrganization(world.urls, repository.owner) }
        : {}),
      ...(installation === undefined
        ? {}
        : { installation: { id: installation.id, node_id: nodeId("I", installation.id) } }),
      sender: viewUser(world.urls, sender),
    },
  });
}

/** What was done to something, by whom, and what the payload says besides. */
export interface Deed {
  readonly action: string;
  readonly sender: User;
  readonly more?: Json;
}

export function emitIssue(world: World, issue: Issue, { action, sender, more }: Deed): void {
  const payload = { issue: showIssue(world, issue), ...more };
  emit(world, { name: "issues", action }, { repository: issue.repository, sender }, payload);
}

export async function emitPull(world: World, issue: PullIssue, { action, sender, more }: Deed): Promise<void> {
  const { repository } = issue;
  if (!world.webhooks.listensTo("pull_request", repository)) {
    return;
  }
  const pull = viewPull(world.urls, issue, await readPullFacts(world, issue));
  const payload = { number: issue.number, pull_request: pull, ...more };
  emit(world, { name: "pull_request", action }, { repository, sender }, payload);
}

export function emitComment(world: World, comment: Comment, { action, sender, more }: Deed): void {
  const { issue } = comment;
  const payload = { issue: showIssue(world, issue), comment: showComment(world, comment), ...more };
  emit(world, { name: "issue_comment", action }, { repository: issue.repository, sender }, payload);
}

export async function emitReview(world: World, review: Review, { action, sender }: Deed): Promise<void> {
  const { repository } = review.issue;
  const payload = {
    // Payloads write the state in small letters, REST in capitals.
    review: { ...showReview(world, review), state: review.state.toLowerCase() },
    pull_request: viewPullSimple(world.urls, review.issue, await readPullFacts(world, review.issue)),
  };
  emit(world, { name: "pull_request_review", action }, { repository, sender }, payload);
}

export async function emitReviewComment(world: World, comment: ReviewComment, { action, sender }: Deed): Promise<void> {
  const { repository } = comment.issue;
  const payload = {
    comment: { line: null, original_line: null, ...showReviewComment(world, comment) },
    pull_request: viewPullSimple(world.urls, comment.issue, await readPullFacts(world, comment.issue)),
  };
  emit(world, { name: "pull_request_review_comment", action }, { repository, sender }, payload);
}

export function emitCheckRun(world: World, run: CheckRun, { action, sender }: Deed): void {
  const payload = { check_run: showCheckRunOfEvent(world, run) };
  emit(world, { name: "check_run", action }, { repository: run.suite.repository, sender }, payload);
}

/** The event by which a new hook introduces itself. */
export function emitPing(world: World): void {
  const { hook } = world.webhooks;
  if (hook === undefined) {
    return;
  }
  const now = timestamp(world.clock);
  world.webhooks.send({
    event: "ping",
    action: null,
    repository: null,
    payload: {
      zen: "Keep it logically awesome.",
      hook_id: hook.id,
      hook: {
        type: "App",
        id: hook.id,
        name: "web",
        active: true,
        events: hook.events,
        config: { content_type: "json", insecure_ssl: "0", secret: "********", url: hook.url },
        updated_at: now,
        created_at: now,
        app_id: hook.app.id,
        deliveries_url: `${world.urls.api}/app/hook/deliveries`,
      },
    },
  });
}
