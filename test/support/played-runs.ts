// Plays what is not under test when our pipelines run on the interpreter: the steps `admit` and `finish` end at once,
// and every CodeRun and DocsRun gets the status that the recording on real Argo was given by hand.
import { readFileSync } from "node:fs";
import { POD_OUTPUTS } from "../../src/platform/pod-runner.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import type { Controller } from "../../src/controllers/loop/controller.ts";
import { SETTLED, watchOf } from "../../src/controllers/loop/controller.ts";
import { CODE_RUN, type CodeRun } from "../../src/resources/code-run.ts";
import { DOCS_RUN } from "../../src/resources/docs-run.ts";
import { keyOf } from "../../src/resources/object-meta.ts";
import { POD, type Pod } from "../../src/resources/pod.ts";

export type Scenario = "all-pass" | "tests-gate-fails" | "infrastructure-lost-once";

const TIME = "2026-01-01T00:00:00Z";

export interface SemaphoreKeys {
  readonly repository: string;
  readonly organisation: string;
}

const RECORDED_KEYS: SemaphoreKeys = { repository: "r-1", organisation: "o-5" };

/** A controller that ends every step's pod with success; `admit` leaves the plan of the intent. */
export function playPods(
  store: ResourceStore,
  plan: string,
  keysOf: (workflow: string) => SemaphoreKeys = () => RECORDED_KEYS,
): Controller {
  const plans = new URL("../pipelines/plans/", import.meta.url);
  const planText = readFileSync(new URL(`plan-${plan}.json`, plans), "utf8");
  return {
    name: "played-pods",
    watches: [watchOf({ kind: POD, map: (pod) => [keyOf(pod)] })],
    async reconcile(key) {
      const pod = await store.get(POD, key);
      if (pod === undefined || pod.status?.phase === "Succeeded") return SETTLED;
      const keys = keysOf(pod.metadata.labels?.["workflows.argoproj.io/workflow"] ?? "");
      const outputs = { main: { files: filesOf(planText, keys) } };
      const annotations = { ...pod.metadata.annotations, [POD_OUTPUTS]: JSON.stringify(outputs) };
      const annotated = await store.update(POD, { ...pod, metadata: { ...pod.metadata, annotations } });
      await store.updateStatus(POD, { ...annotated, status: succeeded() });
      return SETTLED;
    },
  };
}

function filesOf(plan: string, keys: SemaphoreKeys): Readonly<Record<string, string>> {
  return {
    "/tmp/outputs/decision": "run",
    "/tmp/outputs/reason": "the actor may write",
    "/tmp/outputs/plan": plan,
    "/tmp/outputs/repository-key": keys.repository,
    "/tmp/outputs/organisation-key": keys.organisation,
  };
}

function succeeded(): NonNullable<Pod["status"]> {
  const terminated = { exitCode: 0, reason: "Completed", startedAt: TIME, finishedAt: TIME };
  const main = { name: "main", ready: false, restartCount: 0, image: "", imageID: "", state: { terminated } };
  return { phase: "Succeeded", containerStatuses: [main] };
}

/** Controllers that give every run its status. */
export function playRuns(store: ResourceStore, scenario: Scenario): readonly Controller[] {
  return [playCodeRuns(store, scenario), playDocsRuns(store)];
}

function playCodeRuns(store: ResourceStore, scenario: Scenario): Controller {
  return {
    name: "played-code-runs",
    watches: [watchOf({ kind: CODE_RUN, map: (run) => [keyOf(run)] })],
    async reconcile(key) {
      const run = await store.get(CODE_RUN, key);
      const reason = run === undefined ? undefined : reasonFor(run, scenario);
      if (run === undefined || reason === undefined) return SETTLED;
      await store.updateStatus(CODE_RUN, { ...run, status: statusOf(reason) });
      return SETTLED;
    },
  };
}

function playDocsRuns(store: ResourceStore): Controller {
  return {
    name: "played-docs-runs",
    watches: [watchOf({ kind: DOCS_RUN, map: (run) => [keyOf(run)] })],
    async reconcile(key) {
      const run = await store.get(DOCS_RUN, key);
      if (run === undefined || run.status?.phase !== undefined) return SETTLED;
      await store.updateStatus(DOCS_RUN, { ...run, status: statusOf("Published") });
      return SETTLED;
    },
  };
}

/** Undefined: it has its last status already. */
function reasonFor(run: CodeRun, scenario: Scenario): string | undefined {
  const { name } = run.metadata;
  const phase = run.status?.phase;
  const version = run.spec.contextVersion ?? 1;
  const isLost = scenario === "infrastructure-lost-once" && name.endsWith("remediate-ci");
  if (isLost && version === 1) return phase === undefined ? "InfrastructureLost" : undefined;
  if (isLost && phase === "Failed") return "Published";
  if (phase !== undefined) return undefined;
  return scenario === "tests-gate-fails" && name.endsWith("tests") ? "GateFailed" : "Published";
}

function statusOf(reason: string): NonNullable<CodeRun["status"]> {
  const condition = (type: string, why: string, message: string) =>
    ({ type, status: "True", reason: why, message, lastTransitionTime: TIME }) as const;
  return {
    phase: reason === "Published" ? "Succeeded" : "Failed",
    pullRequestUrl: "https://github.example/acme/shop/pull/9",
    conditions: [condition("Complete", reason, "m"), condition("HeadRecorded", "Pushed", "abc")],
  };
}
