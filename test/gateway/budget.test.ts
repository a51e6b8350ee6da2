// Budgets hold whatever happens: many calls at once, calls that break off, a gateway that crashes in the middle.
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { EMPTY_ACCOUNT, sum, type Account } from "../../src/gateway/models/decide-reservation.ts";
import { LANE_RESERVATIONS } from "../../src/gateway/models/ledger.ts";
import { CONFIG_MAP, LEASE } from "../../src/resources/core.ts";
import { readLane } from "../../src/resources/lane.ts";
import { GatewayWorld, NAMESPACE, type TestRun } from "../support/gateway-world.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

const BASH = { name: "Bash", input_schema: { properties: { command: {} } } };
/** Dear enough that a budget of cents is used up by a few calls: 1 micro-dollar per input, 100 per output token. */
const PRICE = { input: 1, cacheRead: 1, cacheWrite: 1, output: 100 };
const OUTPUT_MAX = 100;

let world: GatewayWorld;

afterEach(() => world.stop());

function start(limits: { runUsdMax?: number; taskUsdMax?: number; runTokensMax?: number }): Promise<GatewayWorld> {
  const routes = [{}, { price: PRICE, outputTokensMax: OUTPUT_MAX }];
  return GatewayWorld.start({ limits, modelRoutes: routes });
}

async function ask(token: string, more: object = {}): Promise<number> {
  const body = { model: "claude-sonnet-4-5", tools: [BASH], messages: [{ role: "user", content: "go" }], ...more };
  const answer = await world.call("/model/anthropic/v1/messages", token, {
    method: "POST",
    body: JSON.stringify(body),
  });
  await answer.text().catch(() => "");
  return answer.status;
}

async function accountOf(run: TestRun): Promise<Account> {
  const key = { namespace: NAMESPACE, name: `${run.run.metadata.name}-ledger` };
  const ledger = await world.store.get(CONFIG_MAP, key);
  return ledger === undefined ? EMPTY_ACCOUNT : (JSON.parse(ledger.data?.["account.json"] ?? "{}") as Account);
}

async function settledAccountOf(run: TestRun): Promise<Account> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const account = await accountOf(run);
    if (Object.keys(account.reservations).length === 0) return account;
    await REAL_CLOCK.sleep(10);
  }
  throw new Error("a reservation is never settled");
}

describe("the budget of a run", () => {
  it("is never exceeded by fifty calls at once, at no moment", async () => {
    const limit = 60_000;
    world = await start({ runUsdMax: limit / 1e6 });
    const run = await world.addRun();
    const token = await run.token("agent");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: OUTPUT_MAX }), { minLength: 50, maxLength: 50 }),
        async (outputs) => {
          const steps = outputs.map((output) => ({ say: "x", usage: { input: 50, output } }));
          world.models.setScript("go", { match: ["go"], steps });
          const watch = { isOver: false, highest: 0 };
          const watching = (async () => {
            while (!watch.isOver) {
              const account = await accountOf(run);
              watch.highest = Math.max(watch.highest, account.spentMicroUsd + sum(account).microUsd);
              await REAL_CLOCK.sleep(1);
            }
          })();

          const statuses = await Promise.all(outputs.map(() => ask(token)));
          watch.isOver = true;
          await watching;
          const after = await settledAccountOf(run);

          expect(watch.highest).toBeLessThanOrEqual(limit);
          expect(after.spentMicroUsd).toBeLessThanOrEqual(limit);
          expect(new Set(statuses)).toEqual(statuses.includes(402) ? new Set([200, 402]) : new Set([200]));
          await world.store.delete(CONFIG_MAP, { namespace: NAMESPACE, name: `${run.run.metadata.name}-ledger` });
        },
      ),
      { numRuns: 3 },
    );
  });

  it("lets calls wait for each other instead of refusing what fits in the end", async () => {
    // Room for one worst case at a time, and for the small real cost of all.
    world = await start({ runUsdMax: 0.016 });
    const run = await world.addRun();
    const token = await run.token("agent");
    world.models.setScript("go", {
      match: ["go"],
      steps: Array.from({ length: 10 }, () => ({ say: "x", usage: { input: 1, output: 1 } })),
    });

    const statuses = await Promise.all(Array.from({ length: 10 }, () => ask(token)));

    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
    expect((await settledAccountOf(run)).spentMicroUsd).toBe(10 * 101);
  });

  it("ends with a refusal that no client tries again, with the reason to read", async () => {
    world = await start({ runUsdMax: 0.001 });
    const token = await (await world.addRun()).token("agent");
    const responses = { model: "gpt-5.5", input: "go", max_output_tokens: 1_000 };

    const anthropic = await world.call("/model/anthropic/v1/messages", token, {
      method: "POST",
      body: '{"model":"claude-sonnet-4-5","messages":[]}',
    });
    const openai = await world.call("/model/openai/v1/responses", token, {
      method: "POST",
      body: JSON.stringify(responses),
    });

    expect([anthropic.status, anthropic.headers.get("x-runyard-reason")]).toEqual([402, "BudgetExceeded"]);
    expect(await anthropic.json()).toMatchObject({ type: "error", error: { type: "billing_error" } });
    expect([openai.status, openai.headers.get("x-should-retry")]).toEqual([400, "false"]);
    expect(await openai.json()).toMatchObject({ error: { code: "insufficient_quota" } });
  });

  it("counts tokens too", async () => {
    world = await start({ runTokensMax: 4_000 });
    const token = await (await world.addRun()).token("agent");

    expect(await ask(token)).toBe(402);
  });
});

describe("the budget of a task", () => {
  it("is shared by all runs of its lane", async () => {
    world = await start({ taskUsdMax: 0.03 });
    await world.addLane("lane-1-7", { generation: 1, spentMicroUsd: 10_000 });
    const one = await world.addRun({ name: "one", lane: "lane-1-7", generation: 1 });
    const two = await world.addRun({ name: "two", lane: "lane-1-7", generation: 1 });
    world.models.setScript("go", { match: ["go"], steps: [{ say: "x", usage: { output: 90 } }, { say: "y" }] });

    const first = await ask(await one.token("agent"));
    const account = await settledAccountOf(one);
    const second = await ask(await two.token("agent"));
    const lease = await world.store.get(LEASE, { namespace: NAMESPACE, name: "lane-1-7" });

    expect([first, second]).toEqual([200, 402]);
    expect(account.spentMicroUsd).toBe(100 + 9_000);
    expect(lease === undefined ? 0 : readLane(lease).spentMicroUsd).toBe(10_000 + 9_100);
    expect((await accountOf(two)).spentMicroUsd).toBe(0);
  });
});

describe("a gateway that crashes during a call", () => {
  it("leaves the worst case reserved, and it counts", async () => {
    world = await start({ runUsdMax: 0.02, taskUsdMax: 1 });
    await world.addLane("lane-1-7", { generation: 1 });
    const run = await world.addRun({ lane: "lane-1-7", generation: 1 });
    const token = await run.token("agent");
    world.models.setScript("go", { match: ["go"], steps: [{ fault: { hang: "headers" } }, { say: "x" }] });
    const crashed = world.gateway;
    const waiting = ask(token).catch(() => 0);
    await until(async () => (world.models.report("go")?.calls ?? 0) === 1);
    const during = await accountOf(run);

    // Another gateway takes over; the first one never settles.
    await world.startGateway();
    const next = await ask(token);
    const lease = await world.store.get(LEASE, { namespace: NAMESPACE, name: "lane-1-7" });

    expect(sum(during).microUsd).toBeGreaterThan(OUTPUT_MAX * PRICE.output);
    expect(next).toBe(402);
    expect(Object.keys(JSON.parse(lease?.metadata.annotations?.[LANE_RESERVATIONS] ?? "{}"))).toHaveLength(1);
    await crashed.close();
    await waiting;
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return;
    await REAL_CLOCK.sleep(10);
  }
  throw new Error("it never happened");
}
