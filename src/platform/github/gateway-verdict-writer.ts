// Writes failing verdicts through the gateway, as a controller that names the run it acts for.
import { z } from "zod";
import { PlatformError } from "../errors.ts";
import type { FailedVerdict, VerdictWriter } from "../verdict-writer.ts";

/** Sends one request to the gateway's GitHub route and gives its JSON answer; PlatformError for a refusal. */
export type GatewayCall = (request: {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly run: string;
}) => Promise<unknown>;

const checksShape = z.object({
  check_runs: z.array(z.object({ external_id: z.string().nullable(), html_url: z.string().nullable() })),
});
const createdShape = z.object({ html_url: z.string().nullable() });

export function gatewayVerdictWriter(call: GatewayCall): VerdictWriter {
  return { writeFailure: (verdict) => writeFailure(call, verdict) };
}

async function writeFailure(call: GatewayCall, verdict: FailedVerdict): Promise<string> {
  const run = `${verdict.runKind}/${verdict.namespace}/${verdict.runName}`;
  const name = `runyard/${verdict.stage}`;
  const checks = `/repos/${verdict.repository}/commits/${verdict.headSha}/check-runs`;
  const listed = checksShape.safeParse(
    await call({ method: "GET", path: `${checks}?check_name=${encodeURIComponent(name)}`, run }),
  );
  const known = listed.data?.check_runs.find((check) => check.external_id === run);
  if (known !== undefined) return known.html_url ?? "";
  const body = {
    name,
    head_sha: verdict.headSha,
    external_id: run,
    status: "completed",
    conclusion: "failure",
    output: { title: verdict.reason, summary: verdict.message },
  };
  const path = `/repos/${verdict.repository}/check-runs`;
  const created = createdShape.safeParse(await call({ method: "POST", path, run, body }));
  if (created.success) return created.data.html_url ?? "";
  throw new PlatformError({
    code: "Unavailable",
    message: `the failing verdict of ${run} was not written`,
    hint: "it is tried again",
  });
}
