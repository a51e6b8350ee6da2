// The API server is started again, or was killed, while runs are under way: their calls wait, and nothing happens twice.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GatewayOptions } from "../../src/gateway/gateway.ts";
import { EMPTY_ACCOUNT, type Account } from "../../src/gateway/models/decide-reservation.ts";
import { PlatformError } from "../../src/platform/errors.ts";
import type { TokenReviewer } from "../../src/platform/identity.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { CONFIG_MAP } from "../../src/resources/core.ts";
import { FailingResourceStore, type WriteFault } from "../support/failing-resource-store.ts";
import { GatewayWorld, NAMESPACE, type TestRun } from "../support/gateway-world.ts";
import { waitFor } from "../support/engine-world.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

const ASK = {
  method: "POST",
  body: JSON.stringify({ model: "gpt-5.5", input: "go", stream: false, tools: [] }),
};

let world: GatewayWorld;
let run: TestRun;
let token: string;
let isAway: boolean;
let parts: { store?: ResourceStore; reviewer?: TokenReviewer } & Partial<GatewayOptions>;

beforeEach(async () => {
  isAway = false;
  parts = {};
  world = await GatewayWorld.start({ gateway: parts });
  world.models.setScript("go", { match: ["go"], steps: [{ say: "one" }, { say: "two" }] });
  await world.addLane("lane-1-7", { generation: 1 });
  run = await world.addRun({ lane: "lane-1-7", generation: 1 });
  token = await run.token("agent");
});

afterEach(() => world.stop());

async function restartWith(store: ResourceStore): Promise<void> {
  await world.gateway.close();
  parts.store = store;
  parts.reviewer = { review: (...asked) => reach(() => world.tokens.review(...asked)) };
  await world.startGateway();
}

function reach<T>(call: () => Promise<T>): Promise<T> {
  const refused = new PlatformError({ code: "Unavailable", message: "connect ECONNREFUSED" });
  return isAway ? Promise.reject(refused) : call();
}

/** Refuses every call while the server is away. */
function sometimesAway(store: ResourceStore): ResourceStore {
  return {
    get: (...asked) => reach(() => store.get(...asked)),
    list: (...asked) => reach(() => store.list(...asked)),
    watch: (...asked) => store.watch(...asked),
    create: (...asked) => reach(() => store.create(...asked)),
    update: (...asked) => reach(() => store.update(...asked)),
    updateStatus: (...asked) => reach(() => store.updateStatus(...asked)),
    delete: (...asked) => reach(() => store.delete(...asked)),
  };
}

function calls(): number {
  return world.models.report("go")?.calls ?? 0;
}

async function account(): Promise<Account> {
  const key = { namespace: NAMESPACE, name: `${run.run.metadata.name}-ledger` };
  const text = (await world.store.get(CONFIG_MAP, key))?.data?.["account.json"];
  return text === undefined ? EMPTY_ACCOUNT : (JSON.parse(text) as Account);
}

describe("a model call while the API server is away", () => {
  it("waits, and is paid once when the server is there again", async () => {
    await restartWith(sometimesAway(world.store));
    isAway = true;

    const answer = world.call("/model/openai/v1/responses", token, ASK);
    await REAL_CLOCK.sleep(300);
    const early = calls();
    isAway = false;
    const { status } = await answer;

    expect({ early, status, calls: calls() }).toEqual({ early: 0, status: 200, calls: 1 });
  });

  it("is not made for a caller who has gone meanwhile", async () => {
    await restartWith(sometimesAway(world.store));
    isAway = true;

    const gone = new AbortController();
    const answer = world.call("/model/openai/v1/responses", token, { ...ASK, signal: gone.signal });
    await REAL_CLOCK.sleep(200);
    gone.abort();
    await expect(answer).rejects.toThrow();
    isAway = false;
    await waitFor("the call to be given up", () =>
      world.log.entries.some((entry) => JSON.stringify(entry).includes("the caller went away")),
    );

    expect(calls()).toBe(0);
    expect(await account()).toEqual(EMPTY_ACCOUNT);
  });
});

describe("a write of the ledger whose answer is lost", () => {
  // Run's account, task's account, and the same again when the call is settled.
  it.each([1, 2, 3, 4])("books the call once: write %i", async (write) => {
    const fault: WriteFault = { write, when: "after" };
    await restartWith(new FailingResourceStore(world.store, fault));

    const { status } = await world.call("/model/openai/v1/responses", token, ASK);
    await waitFor("the call to be settled", async () => (await account()).spentTokens > 0);
    const first = await account();
    await world.call("/model/openai/v1/responses", token, ASK);
    await waitFor("the second to be settled", async () => (await account()).spentTokens > first.spentTokens);

    expect({ status, calls: calls(), reservations: first.reservations }).toEqual({
      status: 200,
      calls: 2,
      reservations: {},
    });
    expect((await account()).spentMicroUsd).toBe(2 * first.spentMicroUsd);
  });
});
