// What an event costs an engine that holds many finished workflows: processor time of the engine per event.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { SENSOR, WORKFLOW } from "../src/resources/argo-kinds.ts";
import type { Workflow } from "../src/resources/workflow.ts";
import { EngineWorld } from "../test/support/engine-world.ts";
import { deliver } from "./support/deliver.ts";
import { figure, median, type Benchmark } from "./support/figure.ts";
import { NAMESPACE, withStore } from "./support/store.ts";
import { isOver, Sightings } from "./support/workflows.ts";

const FEW = 1_000;
const MANY = 100_000;
const EVENTS = 150;
const AIM_RATIO = 1.2;
const FILL_MS_MAX = 60_000;
const FILLED_AT_ONCE = 500;
/** An engine that uses less than this part of a core has nothing left to do. */
const IDLE_PART = 0.05;
const SETTLE_MS_MAX = 60_000;

export async function measure(): Promise<Benchmark> {
  const world = await EngineWorld.start();
  try {
    await createSensor(world);
    await sendEvents(world, "warm", 1);
    const sample = await world.store.get(WORKFLOW, { namespace: NAMESPACE, name: "warm-0" });
    if (sample === undefined) throw new Error("the first event made no workflow");
    const few = await measureWith(world, sample, { from: 0, to: FEW });
    const many = await measureWith(world, sample, { from: FEW, to: MANY });
    const at = `${few.stored} stored workflows`;
    const name = (what: string): string => `${what} with ${many.stored} stored workflows`;
    const ratio = many.cpuMs / few.cpuMs;
    return {
      description: `${EVENTS} deliveries that each make a workflow of one suspended step, one after the other, through the whole engine.`,
      figures: [
        figure(
          { name: name("processor time per event"), value: many.cpuMs, unit: "ms" },
          { name: at, value: few.cpuMs, unit: "ms" },
          { text: `≤ ${AIM_RATIO} times`, isMet: ratio <= AIM_RATIO && many.stored === MANY },
        ),
        figure(
          { name: name("event → workflow ended (p50)"), value: many.latencyMs, unit: "ms" },
          { name: at, value: few.latencyMs, unit: "ms" },
        ),
        figure(
          { name: name("time until a start has settled"), value: many.settleMs, unit: "ms" },
          { name: at, value: few.settleMs, unit: "ms" },
        ),
        figure(
          { name: name("memory of the engine"), value: many.memoryMb, unit: "MB" },
          { name: at, value: few.memoryMb, unit: "MB" },
        ),
      ],
    };
  } finally {
    await world.stop();
  }
}

interface Cost {
  readonly stored: number;
  readonly cpuMs: number;
  readonly latencyMs: number;
  readonly settleMs: number;
  readonly memoryMb: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function measureWith(world: EngineWorld, sample: Workflow, range: Range): Promise<Cost> {
  await world.stopEngine();
  const stored = await fill(world.dataDirectory, sample, range);
  const start = performance.now();
  await world.startEngine();
  await untilIdle(world);
  const settleMs = performance.now() - start;
  // The first ones pay for code that is not compiled yet.
  await sendEvents(world, `first-${range.to}`, 50);
  await untilIdle(world);
  const before = cpuMsOf(world);
  const latencies = await sendEvents(world, `event-${range.to}`, EVENTS);
  const cpuMs = (cpuMsOf(world) - before) / EVENTS;
  return { stored, cpuMs, latencyMs: median(latencies), settleMs, memoryMb: memoryMbOf(world) };
}

/** Copies of a workflow that has ended; how many there are in the end, which is fewer when the time runs out. */
async function fill(directory: string, sample: Workflow, { from, to }: Range): Promise<number> {
  const { uid: _, resourceVersion: _version, ...metadata } = sample.metadata;
  const deadline = performance.now() + FILL_MS_MAX;
  return await withStore(directory, async (store) => {
    for (let next = from; next < to; next += FILLED_AT_ONCE) {
      if (performance.now() > deadline) return next;
      const names = Array.from({ length: Math.min(FILLED_AT_ONCE, to - next) }, (_, index) => `old-${next + index}`);
      await Promise.all(names.map((name) => store.create(WORKFLOW, { ...sample, metadata: { ...metadata, name } })));
    }
    return to;
  });
}

/** An event of our own: no Sensor of the chart takes it. */
async function createSensor(world: EngineWorld): Promise<void> {
  const filters = { data: [{ path: "body.action", type: "string", value: ["^measured$"] }] };
  const dependency = { name: "measured", eventSourceName: "github", eventName: "runyard", filters };
  const spec = { entrypoint: "main", templates: [{ name: "main", suspend: { duration: "0" } }] };
  const resource = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "measured" },
    spec: { serviceAccountName: "runyard-workflow", ...spec },
  };
  const parameters = [{ src: { dependencyName: "measured", dataKey: "body.name" }, dest: "metadata.name" }];
  const template = { name: "measured", k8s: { operation: "create", source: { resource }, parameters } };
  await world.store.create(SENSOR, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Sensor",
    metadata: { name: "measured", namespace: NAMESPACE },
    spec: { template: { serviceAccountName: "runyard-sensor" }, dependencies: [dependency], triggers: [{ template }] },
  });
}

/** Milliseconds from each delivery to the end of its workflow. */
async function sendEvents(world: EngineWorld, prefix: string, count: number): Promise<readonly number[]> {
  const workflows = await Sightings.start(world.store, WORKFLOW);
  const latencies: number[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      const name = `${prefix}-${index}`;
      const ended = workflows.of((workflow) => workflow.metadata.name === name && isOver(workflow));
      const start = performance.now();
      await deliver(world, "issues", { action: "measured", name });
      latencies.push((await ended) - start);
    }
  } finally {
    await workflows.stop();
  }
  return latencies;
}

async function untilIdle(world: EngineWorld): Promise<void> {
  const deadline = performance.now() + SETTLE_MS_MAX;
  while (performance.now() < deadline) {
    const before = cpuMsOf(world);
    await sleep(500);
    if (cpuMsOf(world) - before <= 500 * IDLE_PART) return;
  }
  throw new Error(`the engine was still busy after ${SETTLE_MS_MAX} ms`);
}

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time of all its threads. */
function cpuMsOf(world: EngineWorld): number {
  const stat = readFileSync(`/proc/${world.enginePid ?? 0}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
}

function memoryMbOf(world: EngineWorld): number {
  const status = readFileSync(`/proc/${world.enginePid ?? 0}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
