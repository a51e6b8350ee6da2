// What systemd and GitHub do for an engine that dies: it is started again, and deliveries that it did not accept are
// offered again.
import { setTimeout as sleep } from "node:timers/promises";
import { MODEL_SCRIPT, waitFor, type EngineWorld } from "./engine-world.ts";

const LOOK_EVERY_MS = 5;

/** An engine that dies before it is ready is started again so often in a row. */
const STARTS_MAX = 30;

/** Starts the engine anew whenever it has died, until the signal aborts. */
export async function keepEngine(world: EngineWorld, signal: AbortSignal): Promise<void> {
  const accepted = new Set<number>();
  for (let starts = 0; !signal.aborted;) {
    if (world.isRunning) {
      starts = 0;
      await offerAgain(world, accepted);
    } else {
      starts += 1;
      await world.startEngine().catch((error: unknown) => {
        if (starts === STARTS_MAX) throw error;
      });
    }
    await Promise.race([world.engineEnded, sleep(500)]);
  }
}

/** Kills the engine as soon as something has happened outside: GitHub was changed, or a model was asked. */
export async function killAtEffects(world: EngineWorld, signal: AbortSignal): Promise<number> {
  const count = (): number => world.github.effects().length + (world.models.report(MODEL_SCRIPT)?.calls ?? 0);
  let kills = 0;
  for (let seen = count(); !signal.aborted; await sleep(LOOK_EVERY_MS)) {
    if (count() === seen) continue;
    seen = count();
    if (!world.isRunning) continue;
    kills += 1;
    await world.killEngine();
  }
  return kills;
}

async function offerAgain(world: EngineWorld, accepted: Set<number>): Promise<void> {
  for (const { id, requestHeaders, body, statusCode } of world.github.deliveries()) {
    if (accepted.has(id)) continue;
    const isFailed = statusCode === 0 || statusCode >= 500;
    if (isFailed && !(await deliver(world, { headers: { ...requestHeaders }, body }))) continue;
    accepted.add(id);
  }
}

async function deliver(world: EngineWorld, request: RequestInit): Promise<boolean> {
  // The engine may have died since.
  if (!world.isRunning) return false;
  const answer = await fetch(world.addresses.webhookUrl, { method: "POST", ...request }).catch(() => undefined);
  return answer?.ok === true;
}

/** Runs a task on an engine that is kept, until every workflow has ended. */
export async function finishTask(world: EngineWorld, timeoutMs: number): Promise<void> {
  await world.labelNewIssue();
  await waitFor("the event to be accepted", async () => (await world.workflows()).length > 0, timeoutMs);
  await world.finishedWorkflows(timeoutMs);
}
