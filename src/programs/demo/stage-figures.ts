// Where the time of each run went, and what it cost: from what was seen of its containers, their logs and its ledger.
import { z } from "zod";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { CONFIG_MAP } from "../../resources/core.ts";
import type { SeenRun } from "./watch-engine.ts";

export interface StageFigures {
  readonly run: string;
  readonly stage: string;
  readonly phase: string;
  readonly agentTurns: number;
  readonly costMicroUsd: number;
  readonly totalMs: number;
  /** No container ran: the engine before, between and after them. */
  readonly engineMs: number;
  /** Clone, task files, waiting for what deploy.waitFor names. */
  readonly prepareMs: number;
  /** The repository's setup, in both containers that run it. */
  readonly setupMs: number;
  readonly agentMs: number;
  /** The gates, in both containers that run them. */
  readonly gatesMs: number;
  /** The rest of these two: their start, clones, measuring and applying the change. */
  readonly otherMs: number;
  readonly publishMs: number;
}

export type FiguresKey = Exclude<keyof StageFigures, "run" | "stage" | "phase">;

/** As examples/demo/repository/.runyard.yaml has it. */
const SETUP = "npm ci";

const accountShape = z.object({ spentMicroUsd: z.number() });

export async function figuresOf(run: SeenRun, store: ResourceReader, namespace: string): Promise<StageFigures> {
  const { agent, verify } = run.logs;
  const commands = [...(agent?.commands ?? []), ...(verify?.commands ?? [])];
  const sum = (wanted: boolean) =>
    commands
      .filter(({ command }) => (command === SETUP) === wanted)
      .reduce((total, { durationMs }) => total + durationMs, 0);
  const [setupMs, gatesMs, agentMs] = [sum(true), sum(false), agent?.agentMs ?? 0];
  const totalMs = (run.endedMs ?? run.startedMs) - run.startedMs;
  const working = timeOf(run, "agent") + timeOf(run, "verify");
  const [prepareMs, publishMs] = [timeOf(run, "prepare"), timeOf(run, "publish")];
  return {
    run: run.name,
    stage: run.stage,
    phase: run.phase,
    agentTurns: agent?.turns ?? 0,
    costMicroUsd: await costOf(run, store, namespace),
    totalMs,
    engineMs: Math.max(0, totalMs - prepareMs - working - publishMs),
    prepareMs,
    setupMs,
    agentMs,
    gatesMs,
    otherMs: Math.max(0, working - setupMs - agentMs - gatesMs),
    publishMs,
  };
}

async function costOf(run: SeenRun, store: ResourceReader, namespace: string): Promise<number> {
  const ledger = await store.get(CONFIG_MAP, { namespace, name: `${run.name}-ledger` });
  const account = ledger?.data?.["account.json"];
  return account === undefined ? 0 : accountShape.parse(JSON.parse(account)).spentMicroUsd;
}

function timeOf({ containers }: SeenRun, name: string): number {
  const time = containers[name];
  return time?.endedMs === undefined ? 0 : time.endedMs - time.beganMs;
}
