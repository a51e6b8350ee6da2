// The model routes between a run and a scripted model: identity, keys, metering, budgets.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONFIG_MAP, LEASE } from "../../src/resources/core.ts";
import { readLane } from "../../src/resources/lane.ts";
import { ANTHROPIC_KEY, GatewayWorld, NAMESPACE, OPENAI_KEY, type TestRun } from "../support/gateway-world.ts";

const BASH = { name: "Bash", input_schema: { properties: { command: {} } } };
const SHELL = { type: "function", name: "exec_command", parameters: { properties: { cmd: {} } } };
const CHAT_SHELL = { type: "function", function: { name: "bash", parameters: { properties: { command: {} } } } };

let world: GatewayWorld;
let run: TestRun;
let agent: string;
let count = 0;

beforeAll(async () => {
  world = await GatewayWorld.start();
  await world.addLane("lane-1-7", { generation: 2 });
  run = await world.addRun({ lane: "lane-1-7", generation: 2 });
  agent = await run.token("agent");
});

afterAll(() => world.stop());

/** A script that belongs to requests with this text. */
function script(steps: Parameters<typeof world.models.setScript>[1]["steps"]): string {
  count += 1;
  const text = `conversation ${count}.`;
  world.models.setScript(text.replaceAll(/[ .]/gu, "-"), { match: [text], steps });
  return text;
}

function report(text: string) {
  return world.models.report(text.replaceAll(/[ .]/gu, "-"));
}

function messages(text: string, more: object = {}): RequestInit {
  const content = [{ role: "user", content: text }];
  return {
    method: "POST",
    body: JSON.stringify({ model: "claude-sonnet-4-5", max_tokens: 500, tools: [BASH], messages: content, ...more }),
  };
}

describe("a model call of an agent", () => {
  it("returns no more than cliConfig.maxTokens of its run, which can only lower the model's own limit", async () => {
    const costOf = async (maxTokens: number) => {
      const cliConfig = { cliType: "claude", model: "claude-sonnet-4-5", maxTokens };
      const name = `most-${maxTokens}`;
      const own = await (await world.addRun({ name, spec: { cliConfig } })).token("agent");
      // A broken answer is booked at its worst case, which shows what the provider was asked for.
      const text = script([{ fault: { malformed: "cut" } }]);
      const asked = messages(text, { stream: true, max_tokens: 900 });
      await world
        .call("/model/anthropic/v1/messages", own, asked)
        .then((answer) => answer.text())
        .catch(() => "");
      return (await settled(name)).spentMicroUsd;
    };

    expect(await costOf(40)).toBe(100 * 5 + 40 * 30);
    expect(await costOf(5_000)).toBe(100 * 5 + 900 * 30);
  });

  it("reaches the provider with the provider's key, never with the agent's token", async () => {
    const text = script([{ say: "one" }, { say: "two" }, { say: "three" }]);
    const input = [{ role: "user", content: [{ type: "input_text", text }] }];

    const anthropic = await world.call("/model/anthropic/v1/messages?beta=true", agent, messages(text));
    const responses = await world.call("/model/openai/v1/responses", agent, {
      method: "POST",
      body: JSON.stringify({ model: "gpt-5.5", input, tools: [SHELL], stream: true }),
    });
    const chat = await world.call("/model/openai/v1/chat/completions", agent, {
      method: "POST",
      body: JSON.stringify({
        model: "chatty",
        messages: [{ role: "user", content: text }],
        tools: [CHAT_SHELL],
        stream: true,
      }),
    });

    expect(await anthropic.json()).toMatchObject({ content: [{ text: "one" }] });
    expect(await responses.text()).toContain("response.completed");
    expect(await chat.text()).toMatch(/"total_tokens":120/u);
    expect(report(text)?.requests.map(({ credential }) => credential)).toEqual([
      ANTHROPIC_KEY,
      `Bearer ${OPENAI_KEY}`,
      `Bearer ${OPENAI_KEY}`,
    ]);
  });

  it("is booked at what the wire says, in the run's ledger and in its lane", async () => {
    const text = script([{ say: "hi", usage: { input: 10, cacheRead: 20, cacheWrite: 30, output: 40 } }]);
    const before = await settled();
    const laneBefore = await laneSpent();

    await (await world.call("/model/anthropic/v1/messages", agent, messages(text, { stream: true }))).text();
    const after = await settled();

    // 10 × 5 + 20 × 0.5 + 30 × 5 + 40 × 30 millionths of a dollar.
    expect(after.spentMicroUsd - before.spentMicroUsd).toBe(1_410);
    expect(after.spentTokens - before.spentTokens).toBe(100);
    expect((await laneSpent()) - laneBefore).toBe(1_410);
  });

  it("costs nothing when the provider refuses it, and the worst case when its answer breaks off", async () => {
    const text = script([{ fault: { error: { status: 500 } } }, { fault: { malformed: "cut" } }]);
    const before = await settled();

    const refused = await world.call("/model/anthropic/v1/messages", agent, messages(text, { stream: true }));
    await refused.text();
    const between = await settled();
    const broken = await world.call("/model/anthropic/v1/messages", agent, messages(text, { stream: true }));
    const brokenText = await broken.text().catch((error: unknown) => (error as Error).name);
    const after = await settled();

    expect(refused.status).toBe(500);
    expect(between).toEqual(before);
    expect(brokenText).toBe("TypeError");
    // The input is known from the beginning of the stream, the output may have been all of max_tokens.
    expect(after.spentMicroUsd - between.spentMicroUsd).toBe(100 * 5 + 500 * 30);
  });

  it("streams: the first piece arrives long before the last", async () => {
    const text = script([{ say: "a text of several pieces, slowly", pieceDelayMs: 150 }]);
    const started = Date.now();

    const answer = await world.call("/model/anthropic/v1/messages", agent, messages(text, { stream: true }));
    const reader = answer.body?.getReader();
    await reader?.read();
    const first = Date.now() - started;
    while ((await reader?.read())?.done === false);

    expect(Date.now() - started - first).toBeGreaterThan(250);
  });

  it("passes a usage limit on, with the time when it ends", async () => {
    const headers = { "retry-after": "3600" };
    const text = script([{ fault: { error: { status: 429, headers } } }]);

    const answer = await world.call("/model/anthropic/v1/messages", agent, messages(text));
    const budget = (await (await world.call("/run/budget", agent)).json()) as { usageLimits: Record<string, string> };

    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toBe("3600");
    const reset = Date.parse(answer.headers.get("x-runyard-usage-limit-reset") ?? "");
    expect(reset - Date.now()).toBeGreaterThan(3_590_000);
    expect(Date.parse(budget.usageLimits["claude-sonnet-4-5"] ?? "")).toBe(reset);
  });

  it("is refused for a model that is not configured, in the protocol's own words", async () => {
    const anthropic = await world.call("/model/anthropic/v1/messages", agent, messages("x", { model: "gpt-5.5" }));
    const openai = await world.call("/model/openai/v1/responses", agent, { method: "POST", body: '{"model":"o9"}' });

    expect(anthropic.status).toBe(404);
    expect(await anthropic.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
    expect(await openai.json()).toMatchObject({ error: { code: "model_not_found" } });
  });

  it("lists the configured models", async () => {
    const answer = await (await world.call("/model/openai/v1/models", agent)).json();

    expect(answer).toMatchObject({ data: [{ id: "gpt-5.5" }, { id: "chatty" }] });
  });

  it("leaves no key and no token in the log", async () => {
    const text = JSON.stringify(world.log.entries);

    expect(text).toContain("CodeRun/default/task-7-author");
    for (const secret of [ANTHROPIC_KEY, OPENAI_KEY, agent]) expect(text).not.toContain(secret);
  });
});

describe("a caller", () => {
  it.each([
    ["no token", undefined, 401],
    ["a made-up token", "eyJhbGciOiJub25lIn0.e30.", 401],
  ])("with %s is refused", async (_name, token, status) => {
    expect((await world.call("/model/anthropic/v1/messages", token, messages("x"))).status).toBe(status);
  });

  it.each(["prepare", "verify", "publish", "admit", "controller"] as const)(
    "with the role %s gets no model",
    async (role) => {
      const token = role === "controller" ? await world.issue(role) : await run.token(role);

      expect((await world.call("/model/anthropic/v1/messages", token, messages("x"))).status).toBe(403);
    },
  );

  it("of a superseded generation is told so", async () => {
    const stale = await world.addRun({ name: "stale", lane: "lane-1-7", generation: 1 });

    const answer = await world.call("/model/anthropic/v1/messages", await stale.token("agent"), messages("x"));

    expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([400, "false"]);
    expect(answer.headers.get("x-runyard-reason")).toBe("Superseded");
    expect(await answer.text()).toContain("generation 1 of the lane lane-1-7, which is at 2");
  });

  it("that shows an agent's token to GitHub or git gets nothing", async () => {
    expect((await world.call("/github/repos/acme/shop", agent)).status).toBe(403);
    expect((await world.call("/git/acme/shop.git/info/refs?service=git-upload-pack", agent)).status).toBe(403);
  });
});

async function ledger(name = "task-7-author") {
  const object = await world.store.get(CONFIG_MAP, { namespace: NAMESPACE, name: `${name}-ledger` });
  const account = JSON.parse(object?.data?.["account.json"] ?? "{}") as {
    spentMicroUsd: number;
    spentTokens: number;
    reservations: Record<string, unknown>;
  };
  return account;
}

/** The ledger once nothing is under way: the last byte of an answer comes before its booking. */
async function settled(name = "task-7-author") {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const account = await ledger(name);
    const lane = await world.store.get(LEASE, { namespace: NAMESPACE, name: "lane-1-7" });
    const inLane = lane?.metadata.annotations?.["runyard.dev/lane-reservations"] ?? "{}";
    if (Object.keys(account.reservations).length === 0 && inLane === "{}") return account;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("a reservation is never settled");
}

async function laneSpent(): Promise<number> {
  const lease = await world.store.get(LEASE, { namespace: NAMESPACE, name: "lane-1-7" });
  return lease === undefined ? 0 : readLane(lease).spentMicroUsd;
}
