// How many durable transitions (an update of a stored Workflow) the store commits in a second.
import { WORKFLOW } from "../src/resources/argo-kinds.ts";
import type { ResourceStore } from "../src/platform/resource-store.ts";
import type { Workflow } from "../src/resources/workflow.ts";
import { figure, rate, type Benchmark } from "./support/figure.ts";
import { syncFloor } from "./support/floors.ts";
import { withDirectory, withStore } from "./support/store.ts";
import { stepsWorkflow } from "./support/workflows.ts";

const AIM_PER_SECOND = 1000;
const OBJECTS = 64;

export async function measure(): Promise<Benchmark> {
  return await withDirectory(async (directory) => {
    const sync = await syncFloor(directory);
    const floor = { name: "fdatasyncs", value: 1000 / sync.value, unit: "/s" };
    const { alone, batched } = await withStore(`${directory}/store`, async (store) => {
      const held = await Promise.all(
        Array.from({ length: OBJECTS }, (_, index) =>
          store.create(WORKFLOW, stepsWorkflow(`w-${index}`, 5, { suspend: {} })),
        ),
      );
      await rate(500, OBJECTS, () => transition(store, held));
      return {
        batched: await rate(5000, OBJECTS, () => transition(store, held)),
        alone: await rate(500, 1, () => transition(store, held)),
      };
    });
    const transitions = (how: string, value: number) =>
      figure({ name: `durable transitions, ${how}`, value, unit: "/s" }, floor, {
        text: `≥ ${AIM_PER_SECOND}/s`,
        isMet: value >= AIM_PER_SECOND,
      });
    return {
      description: `Updates of ${OBJECTS} stored Workflows, each resolved after its commit: ${OBJECTS} at once, and one at a time.`,
      figures: [transitions("batched", batched), transitions("one at a time", alone)],
    };
  });
}

let turn = 0;

/** Objects take turns, so that no two updates of one are under way at once. */
async function transition(store: ResourceStore, held: Workflow[]): Promise<void> {
  const index = turn++ % OBJECTS;
  const current = held[index];
  if (current === undefined) throw new Error("no such object");
  held[index] = await store.update(WORKFLOW, {
    ...current,
    metadata: { ...current.metadata, annotations: { turn: String(turn) } },
    status: { phase: "Running", message: `turn ${turn}` },
  });
}
