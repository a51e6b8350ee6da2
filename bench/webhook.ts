// From a webhook to the things it sets off: the answer, the stored Workflow, the running `admit`, the coding agent.
import { setTimeout as sleep } from "node:timers/promises";
import { WORKFLOW } from "../src/resources/argo-kinds.ts";
import { POD, type Pod } from "../src/resources/pod.ts";
import type { Workflow } from "../src/resources/workflow.ts";
import { EngineWorld, MODEL_SCRIPT, REPOSITORY } from "../test/support/engine-world.ts";
import { deliver } from "./support/deliver.ts";
import { figure, median, type Benchmark, type Quantity } from "./support/figure.ts";
import { cloneFloor, nodeFloor, sandboxFloor, syncFloor } from "./support/floors.ts";
import { withDirectory } from "./support/store.ts";
import { isOver, Sightings } from "./support/workflows.ts";

const EVENTS = 5;
const AIM_OVER_FLOOR_MS = 50;
const SETTLE_MS = 300;
const AGENT_WAIT_MS = 60_000;

interface Times {
  readonly answered: number;
  readonly stored: number;
  readonly admit: number;
}

export async function measure(): Promise<Benchmark> {
  return await withDirectory(async (directory) => {
    const sync = await syncFloor(directory);
    const [node, sandbox, clone] = [await nodeFloor(), await sandboxFloor(), await cloneFloor(directory)];
    const world = await EngineWorld.start();
    try {
      const times = await measureEvents(world);
      const agentMs = await measureAgent(world);
      return { description, figures: figuresOf(times, agentMs, { sync, node, sandbox, clone }) };
    } finally {
      await world.stop();
    }
  });
}

const description = `${EVENTS} deliveries, one after the other, to an idle engine with the chart's pipelines (p50); a task with a scripted coding agent once. Seen through a watch on the engine's API.`;

type Floors = Readonly<Record<"sync" | "node" | "sandbox" | "clone", Quantity>>;

function figuresOf(times: readonly Times[], agentMs: number, { sync, node, sandbox, clone }: Floors) {
  const p50 = (part: keyof Times): number => median(times.map((one) => one[part]));
  // The inbox before the answer; the Workflow, its first state and its pod after it.
  const stored = { name: "2 fdatasyncs", value: 2 * sync.value, unit: "ms" };
  const started = 4 * sync.value + node.value + sandbox.value;
  const admit = { name: "4 fdatasyncs + Node start + bubblewrap spawn", value: started, unit: "ms" };
  const agentFloor = 5 * node.value + 3 * sandbox.value + clone.value + 10 * sync.value;
  const over = p50("admit") - started;
  return [
    figure({ name: "webhook → answered", value: p50("answered"), unit: "ms" }, sync),
    figure({ name: "webhook → Workflow stored", value: p50("stored"), unit: "ms" }, stored),
    figure({ name: "webhook → `admit` started", value: p50("admit"), unit: "ms" }, admit, {
      text: `< ${AIM_OVER_FLOOR_MS} ms over the floor`,
      isMet: over < AIM_OVER_FLOOR_MS,
    }),
    figure(
      { name: "webhook → agent CLI calls its model", value: agentMs, unit: "ms" },
      { name: "5 Node starts + 3 spawns + clone + 10 fdatasyncs", value: agentFloor, unit: "ms" },
    ),
  ];
}

/** Labels that start nothing: `admit` says no, and the machine is idle again for the next one. */
async function measureEvents(world: EngineWorld): Promise<readonly Times[]> {
  const workflows = await Sightings.start(world.store, WORKFLOW);
  const pods = await Sightings.start(world.store, POD);
  const times: Times[] = [];
  try {
    for (let label = 0; label <= EVENTS; label += 1) {
      const one = await measureEvent(world, { workflows, pods }, 900_000 + label);
      // The first pays for code that is not compiled yet.
      if (label > 0) times.push(one);
    }
  } finally {
    await workflows.stop();
    await pods.stop();
  }
  return times;
}

async function measureEvent(
  world: EngineWorld,
  seen: { readonly workflows: Sightings<Workflow>; readonly pods: Sightings<Pod> },
  labelId: number,
): Promise<Times> {
  const repositoryId = world.github.repositoryIdOf(REPOSITORY);
  const name = `task-${repositoryId}-1-${labelId}`;
  const isNamed = ({ metadata }: Workflow): boolean => metadata.name === name;
  const ended = seen.workflows.of((workflow) => isNamed(workflow) && isOver(workflow));
  const stored = seen.workflows.of(isNamed);
  const admit = seen.pods.of(
    ({ metadata, status }) => metadata.labels?.["workflows.argoproj.io/workflow"] === name && hasStarted(status),
  );
  const start = performance.now();
  const answered = await deliver(world, "issues", {
    action: "labeled",
    sender: { id: 1, login: "wes", type: "User" },
    repository: { id: repositoryId, full_name: REPOSITORY, owner: { id: 5, login: "acme" } },
    issue: { number: 1 },
    label: { id: labelId, name: "of no interest" },
  });
  const times = { answered, stored: (await stored) - start, admit: (await admit) - start };
  await ended;
  // What follows the end (the pod's supervisor, the status of Sensors) belongs to this event.
  await sleep(SETTLE_MS);
  return times;
}

function hasStarted(status: Pod["status"]): boolean {
  const states = status?.containerStatuses?.map(({ state }) => state) ?? [];
  return states.some((state) => state?.running !== undefined || state?.terminated !== undefined);
}

/** From the label to the first request that reaches the model; then the task is left to end. */
async function measureAgent(world: EngineWorld): Promise<number> {
  const start = performance.now();
  await world.labelNewIssue();
  while (performance.now() - start < AGENT_WAIT_MS) {
    if ((world.models.report(MODEL_SCRIPT)?.calls ?? 0) > 0) return performance.now() - start;
    await sleep(5);
  }
  throw new Error(`no agent called its model in ${AGENT_WAIT_MS} ms`);
}
