// What must do nothing: a delivery with a forged signature, one that comes twice, and a comment by somebody who may not
// start work. Each is shown with the reason that Runyard gives.
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import githubAppJwt from "universal-github-app-jwt";
import { z } from "zod";
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import { waitFor } from "./expectations.ts";
import { HOOK_APP, REPOSITORY } from "./github-setup.ts";
import { callGitHub } from "./person.ts";
import type { PullRequest } from "./read-back.ts";
import type { Scene } from "./scene.ts";
import { outputOf } from "./watch-engine.ts";

const WAIT_MS_MAX = 240_000;
/** As long as a workflow would at most take to appear. */
const QUIET_MS = 1_500;

/** While other work goes on: each event is recognised by what would have come of it. */
export async function proveNothingHappens(scene: Scene, pull: PullRequest): Promise<void> {
  const { signal, expectations } = scene;
  const before = taskWorkflows(scene);
  await forge(scene);
  await deliverTwice(scene, before);
  await Promise.all([commentWithoutPermission(scene, pull), sleep(QUIET_MS, undefined, { signal })]);
  const after = taskWorkflows(scene);
  expectations.expect(
    "neither delivery starts a workflow",
    after.join() === before.join(),
    `of the issue there is still ${after.join(", ")}`,
  );
}

/** Both deliveries speak of the labelled issue. */
function taskWorkflows({ watch }: Scene): readonly string[] {
  return watch
    .workflows()
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith("task-"));
}

/** The same delivery as the one that started the task, signed with another key. */
async function forge({ world, progress, expectations }: Scene): Promise<void> {
  const body = JSON.stringify({ action: "labeled", repository: { full_name: REPOSITORY }, label: { name: "runyard" } });
  const signature = createHmac("sha256", "not the secret").update(body).digest("hex");
  progress.tell("somebody", "posts a delivery with a forged signature");
  const answer = await fetch(world.engine.webhookUrl, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": "00000000-0000-4000-8000-000000000000",
      "x-hub-signature-256": `sha256=${signature}`,
    },
    body,
  });
  const reason = await answer.text();
  expectations.expect("a forged signature is refused", answer.status >= 400, `${answer.status}: ${reason}`);
}

const deliveryShape = z.object({
  id: z.number(),
  guid: z.string(),
  event: z.string(),
  action: z.string().nullable(),
  redelivery: z.boolean(),
  status_code: z.number(),
});

/** GitHub's own redelivery of the label that started the task. */
async function deliverTwice(
  { world, progress, expectations, signal }: Scene,
  workflows: readonly string[],
): Promise<void> {
  const { simulator } = world.github;
  const ask = async (method: string, path: string) => {
    const { id } = simulator.app(HOOK_APP);
    const { token } = await githubAppJwt({ id, privateKey: simulator.privateKeyOf(HOOK_APP) });
    return callGitHub({ apiUrl: simulator.apiUrl, authorization: `Bearer ${token}`, method, path });
  };
  const deliveries = async () => z.array(deliveryShape).parse(await ask("GET", "/app/hook/deliveries?per_page=100"));
  const first = await findLabelDelivery(ask);
  progress.tell("github", `delivers issues.labeled (${first.guid}) again`);
  await ask("POST", `/app/hook/deliveries/${first.id}/attempts`);
  const wait = { what: "the delivery's repetition", timeoutMs: WAIT_MS_MAX, signal };
  const second = await waitFor(wait, async () =>
    (await deliveries()).find(
      ({ guid, redelivery, status_code: code }) => guid === first.guid && redelivery && code > 0,
    ),
  );
  expectations.expect(
    "a delivery that comes twice is accepted and means the same workflow",
    second.status_code === 200,
    `${second.status_code}; its intent is ${workflows.join(", ")}, which is there already`,
  );
}

/** Pages of the delivery log go back in time; the label was among the first. */
async function findLabelDelivery(ask: (method: string, path: string) => Promise<unknown>) {
  let cursor = "";
  for (;;) {
    const page = z.array(deliveryShape).parse(await ask("GET", `/app/hook/deliveries?per_page=100${cursor}`));
    const found = page.find(({ event, action }) => event === "issues" && action === "labeled");
    if (found !== undefined) return found;
    const last = page.at(-1);
    if (last === undefined || last.id <= 1) throw new Error("the delivery log has no issues.labeled");
    cursor = `&cursor=${last.id - 1}`;
  }
}

async function commentWithoutPermission(scene: Scene, pull: PullRequest): Promise<void> {
  const { world, progress, expectations, watch, signal, reader } = scene;
  const { outsider } = world.github;
  const body = "Please rewrite everything in another language.";
  const path = `/repos/${REPOSITORY}/issues/${pull.number}/comments`;
  const { id } = (await outsider.send("POST", path, { body })) as { readonly id: number };
  progress.tell(outsider.login, `(who may only read) comments: ${body}`);
  const wait = { what: "the refusal of the comment", timeoutMs: WAIT_MS_MAX, signal };
  // Named by its intent: the comment.
  const refused = await waitFor(wait, async () =>
    watch.workflows().find(({ metadata, status }) => metadata.name.endsWith(`-${id}`) && isEnded(status?.phase)),
  );
  expectations.expect(
    "a comment by a person without permission starts nothing",
    outputOf(refused, "decision") === "refuse",
    outputOf(refused, "reason") ?? "no reason",
  );
  const { name } = refused.metadata;
  const runs = [...watch.runs.values()].filter(({ workflow }) => workflow === name);
  const answers = (await reader.comments(pull.number)).filter(
    ({ by, body: text }) => by.endsWith("[bot]") && (text.includes(name) || text.includes(`@${outsider.login}`)),
  );
  expectations.expect(
    "it has no run and no answer on GitHub",
    runs.length === 0 && answers.length === 0,
    `runs: ${runs.length}, comments by Runyard about it: ${answers.length}`,
  );
}
