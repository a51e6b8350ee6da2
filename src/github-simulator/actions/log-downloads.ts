// Logs as GitHub hands them out: plain text per job, a zip per attempt of a run, at addresses that are their own permission.

import { randomBytes } from "node:crypto";

import type { NodeEnvironment } from "../rest/rest-api.ts";
import type { Hono } from "hono";
import type { WorkflowAttempt } from "../state/check-rows.ts";
import { attemptOfJob, type State } from "../state/state.ts";
import { zipOf } from "./zip.ts";

export class LogDownloads {
  readonly #base: string;
  readonly #key = randomBytes(16).toString("hex");

  constructor(base: string) {
    this.#base = base;
  }

  /** Address of "jobs/<id>" or "runs/<id>/attempts/<number>". */
  url(path: string): string {
    return `${this.#base}/_downloads/${this.#key}/${path}`;
  }

  serve(app: Hono<NodeEnvironment>, state: State): void {
    app.get(`/_downloads/${this.#key}/jobs/:id`, (context) => {
      const id = Number(context.req.param("id"));
      const found = attemptOfJob(state, id);
      return found === undefined ? context.notFound() : context.text(stampedLog(found.attempt));
    });
    app.get(`/_downloads/${this.#key}/runs/:id/attempts/:number`, (context) => {
      const run = state.workflowRuns.get(Number(context.req.param("id")));
      const attempt = run?.attempts[Number(context.req.param("number")) - 1];
      if (attempt === undefined) {
        return context.notFound();
      }
      const zip = zipOf([{ name: `0_${attempt.job.name}.txt`, bytes: Buffer.from(stampedLog(attempt)) }]);
      return new Response(new Uint8Array(zip), { headers: { "content-type": "application/zip" } });
    });
  }
}

/** Every line starts with a time, as in GitHub's logs. */
function stampedLog(attempt: WorkflowAttempt): string {
  const stamp = attempt.job.startedAt.replace("Z", ".0000000Z");
  return attempt.log
    .split("\n")
    .map((line) => (line === "" ? "" : `${stamp} ${line}`))
    .join("\n");
}
