// How many stages run at once: per repository, per owner, and in the whole installation.
import { expect, it } from "vitest";
import type { Controller } from "../../src/controllers/loop/controller.ts";
import { SETTLED, watchOf } from "../../src/controllers/loop/controller.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { keyOf } from "../../src/resources/object-meta.ts";
import { ScaledClock } from "../conformance/workflow-runs/scaled-clock.ts";
import { installPipelines, runPipelines, untilEnded, workflowOf } from "../support/played-pipelines.ts";
import { playPods, type SemaphoreKeys } from "../support/played-runs.ts";
import { temporaryStore } from "../support/temporary-store.ts";

/** Of the scaled clock: long enough for every stage that may begin to begin. */
const RUN_MS = 20_000;

it.each([
  {
    what: "per repository",
    limits: { global: "8", "r-1": "1", "o-5": "8" },
    keys: ["r-1/o-5", "r-1/o-5", "r-1/o-5"],
    most: 1,
  },
  {
    what: "per owner, over its repositories",
    limits: { global: "8", "r-1": "8", "r-2": "8", "r-3": "8", "o-5": "2" },
    keys: ["r-1/o-5", "r-2/o-5", "r-3/o-5"],
    most: 2,
  },
  {
    what: "in the installation, over all owners",
    limits: { global: "2", "r-1": "8", "r-2": "8", "r-3": "8", "o-5": "8", "o-6": "8", "o-7": "8" },
    keys: ["r-1/o-5", "r-2/o-6", "r-3/o-7"],
    most: 2,
  },
  {
    what: "and no fewer than may",
    limits: { global: "8", "r-1": "8", "r-2": "8", "o-5": "8", "o-6": "8" },
    keys: ["r-1/o-5", "r-1/o-5", "r-2/o-6"],
    most: 3,
  },
])(
  "stages run at once up to the limit $what",
  async ({ limits, keys, most }) => {
    const clock = new ScaledClock(100);
    const store = await temporaryStore(clock);
    await installPipelines(store, limits);
    const counted = countRuns(store);
    const keysOf = (workflow: string): SemaphoreKeys => {
      const [repository = "", organisation = ""] = keys[Number(workflow.split("-").at(-1))]?.split("/") ?? [];
      return { repository, organisation };
    };
    runPipelines(store, clock, [playPods(store, "head", keysOf), counted.controller]);

    for (const index of keys.keys()) await store.create(WORKFLOW, workflowOf(`work-${index}`, "head"));
    const ended = await Promise.all(keys.map((_, index) => untilEnded(store, `work-${index}`)));

    expect(ended.map(({ status }) => status?.phase)).toEqual(keys.map(() => "Succeeded"));
    expect(counted.most()).toBe(most);
  },
  60_000,
);

/** Lets every run take its time, and counts how many were under way at once. */
function countRuns(store: ResourceStore): { readonly controller: Controller; most(): number } {
  let most = 0;
  const endsAt = new Map<string, number>();
  const controller: Controller = {
    name: "counted-runs",
    watches: [watchOf({ kind: CODE_RUN, map: (run) => [keyOf(run)] })],
    async reconcile(key, now) {
      const { items } = await store.list(CODE_RUN);
      most = Math.max(most, items.filter(({ status }) => status?.phase !== "Succeeded").length);
      const run = items.find(({ metadata }) => metadata.name === key.name);
      if (run === undefined || run.status?.phase === "Succeeded") return SETTLED;
      const end = endsAt.get(key.name) ?? now + RUN_MS;
      endsAt.set(key.name, end);
      if (now < end) return { kind: "checkAgainAfter", ms: end - now };
      await store.updateStatus(CODE_RUN, { ...run, status: { phase: "Succeeded" } });
      return SETTLED;
    },
  };
  return { controller, most: () => most };
}
