// Five-step workflows per second: what the interpreter and the store need without processes, and with a sandbox per step.
import { availableParallelism } from "node:os";
import { runControllers } from "../src/controllers/loop/run-controllers.ts";
import { createWorkflowController } from "../src/controllers/workflow/workflow-controller.ts";
import { SYSTEM_CLOCK } from "../src/platform/node/system-clock.ts";
import type { ResourceStore } from "../src/platform/resource-store.ts";
import { WORKFLOW } from "../src/resources/argo-kinds.ts";
import { CONFIG_MAP, SERVICE_ACCOUNT } from "../src/resources/core.ts";
import type { Template } from "../src/resources/workflow.ts";
import { EngineWorld } from "../test/support/engine-world.ts";
import { RecordingLog } from "../test/support/recording-log.ts";
import { figure, rate, type Benchmark } from "./support/figure.ts";
import { sandboxRate, syncFloor } from "./support/floors.ts";
import { NAMESPACE, withDirectory, withStore } from "./support/store.ts";
import { runWorkflow, Sightings, stepsWorkflow } from "./support/workflows.ts";

const STEPS = 5;
const AIM_PER_SECOND = 100;
const AIM_OF_SPAWN_RATE = 0.5;

/** Reads a ConfigMap: a step that ends in the pass that starts it. */
const READ: Template = {
  resource: {
    action: "get",
    manifest: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: read\n",
  },
};
const TRUE: Template = { container: { image: "runyard", command: ["true"] } };

export async function measure(): Promise<Benchmark> {
  const plain = await withoutProcesses();
  const sandboxed = await withSandboxes();
  return {
    description: `Workflows of ${STEPS} steps, several at once: each step reads a resource (controller and store in this process), or runs \`true\` in a sandbox (the whole engine).`,
    figures: [plain, sandboxed],
  };
}

async function withoutProcesses() {
  return await withDirectory(async (directory) => {
    const sync = await syncFloor(directory);
    const perSecond = await withStore(`${directory}/store`, async (store) => {
      const data = { key: "value" };
      await store.create(CONFIG_MAP, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "read", namespace: NAMESPACE },
        data,
      });
      const account = { name: "runyard-workflow", namespace: NAMESPACE };
      await store.create(SERVICE_ACCOUNT, { apiVersion: "v1", kind: "ServiceAccount", metadata: account });
      const stop = new AbortController();
      const controllers = [createWorkflowController({ store, storeFor: () => store, random: () => 0.5 })];
      const log = new RecordingLog();
      const loop = runControllers({ controllers, store, clock: SYSTEM_CLOCK, log, signal: stop.signal });
      try {
        await manyWorkflows(store, { prefix: "warm", count: 40, atOnce: 16, template: READ });
        return await manyWorkflows(store, { prefix: "read", count: 400, atOnce: 32, template: READ });
      } finally {
        stop.abort();
        await loop;
      }
    });
    const floor = { name: "fdatasyncs", value: 1000 / sync.value, unit: "/s" };
    return figure({ name: "five-step workflows without processes", value: perSecond, unit: "/s" }, floor, {
      text: `≥ ${AIM_PER_SECOND}/s`,
      isMet: perSecond >= AIM_PER_SECOND,
    });
  });
}

async function withSandboxes() {
  const atOnce = availableParallelism() * 2;
  const floor = await sandboxRate(atOnce);
  const world = await EngineWorld.start();
  try {
    await manyWorkflows(world.store, { prefix: "warm", count: 2, atOnce: 2, template: TRUE });
    const perSecond = await manyWorkflows(world.store, { prefix: "true", count: 8, atOnce, template: TRUE });
    const steps = perSecond * STEPS;
    return figure({ name: "steps with a sandboxed `true` each", value: steps, unit: "/s" }, floor, {
      text: `≥ ${AIM_OF_SPAWN_RATE} of the spawn rate`,
      isMet: steps >= floor.value * AIM_OF_SPAWN_RATE,
    });
  } finally {
    await world.stop();
  }
}

interface Many {
  readonly prefix: string;
  readonly count: number;
  readonly atOnce: number;
  readonly template: Template;
}

/** Workflows that ended per second. */
async function manyWorkflows(store: ResourceStore, { prefix, count, atOnce, template }: Many): Promise<number> {
  const sightings = await Sightings.start(store, WORKFLOW);
  try {
    return await rate(count, atOnce, (index) =>
      runWorkflow(store, sightings, stepsWorkflow(`${prefix}-${index}`, STEPS, template)),
    );
  } finally {
    await sightings.stop();
  }
}
