// The real coding agents through the gateway: what it does to their requests must not disturb them, and they must take its
// refusals as final.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLAUDE, CODEX } from "../support/coding-agent-binaries.ts";
import { GatewayWorld } from "../support/gateway-world.ts";
import { CodingAgents, type Ended } from "../support/run-coding-agent.ts";

let world: GatewayWorld;
let agents: CodingAgents;

beforeAll(async () => {
  const routes = [{}, {}].map(() => ({ outputTokensMax: 32_000 }));
  world = await GatewayWorld.start({ modelRoutes: routes });
  agents = await CodingAgents.prepare();
});

afterAll(async () => {
  await world.stop();
  await agents.remove();
});

if (CODEX === undefined) console.warn("SKIPPED: the Codex executable is not installed; run npm ci");
if (CLAUDE === undefined) console.warn("SKIPPED: the Claude Code executable is not installed; run npm ci");

const PRODUCTS = {
  codex: { model: "gpt-5.5", path: "/model/openai/v1", executable: CODEX },
  claude: { model: "claude-sonnet-4-5", path: "/model/anthropic", executable: CLAUDE },
} as const;

async function run(product: keyof typeof PRODUCTS, name: string): Promise<Ended> {
  const { model, path } = PRODUCTS[product];
  const key = await (await world.addRun({ name })).token("agent");
  return await agents[product]({
    name,
    model,
    baseUrl: `${world.gateway.url}${path}`,
    key,
    prompt: `Work on ${name}.`,
  });
}

describe.each(["codex", "claude"] as const)("%s through the gateway", (product) => {
  const { executable } = PRODUCTS[product];

  it.skipIf(executable === undefined)("writes a file, runs a command and answers", async () => {
    const name = `${product}-works`;
    world.models.setScript(name, {
      match: [`Work on ${name}.`],
      steps: [
        { do: [{ write: { path: "greeting.txt", content: "hello\n" } }] },
        { do: [{ sh: "tr a-z A-Z < greeting.txt > shouted.txt" }] },
        { say: "Done." },
      ],
    });

    const { code, errors, directory } = await run(product, name);

    expect(code, errors).toBe(0);
    expect(await readFile(join(directory, "shouted.txt"), "utf8")).toBe("HELLO\n");
    expect(world.models.report(name)).toMatchObject({ turns: 3 });
  });

  it.skipIf(executable === undefined)("stops at once, and says why, when its budget is used up", async () => {
    const name = `${product}-ends`;
    world.models.setScript(name, {
      match: [`Work on ${name}.`],
      steps: [{ do: [{ sh: "true" }], usage: { input: 3_000_000 } }, { say: "Never said." }],
    });

    const { code, events } = await run(product, name);
    const refused = world.log.entries.filter(
      ({ fields }) => fields["reason"] === "BudgetExceeded" && String(fields["run"]).endsWith(name),
    );

    expect(code).toBe(1);
    expect(JSON.stringify(events)).toContain("BudgetExceeded");
    expect(world.models.report(name)).toMatchObject({ turns: 1 });
    expect(refused).toHaveLength(1);
  });
});
