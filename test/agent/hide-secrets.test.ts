// What a container was trusted with, in the hands of a repository that prints and commits whatever it finds.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AgentWorld, SHOP, type AgentPod } from "../support/agent-world.ts";

const PASSWORD = "correct-horse-battery";
const FILES = {
  "src/price.js": "export const price = 1;\n",
  ".runyard.yaml": `
gates:
  clippy:
    - 'env; cat "$DATABASE_FILE"; base64 -w0 "$DATABASE_FILE"; printf "runyard:%s" "$(cat "$DATABASE_FILE")" | base64 >&2; test -f fine.txt'
`,
};

let world: AgentWorld;
beforeAll(async () => {
  world = await AgentWorld.start(FILES);
});
afterAll(() => world.stop());

async function podWithSecret(branch: string, agent: string): Promise<AgentPod> {
  const directory = join(world.gatewayWorld.directory, "mounted");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "password"), `${PASSWORD}\n`);
  const change = { secretFiles: { DATABASE_FILE: join(directory, "password") } };
  return await world.pod({ branch, stage: "clippy", agent, change });
}

it("is in no outcome, check run, prompt, log or result, although the gates print it", async () => {
  const head = await world.push("prints", { "hats.js": "2\n" });
  const pod = await podWithSecret("prints", "env; cat $DATABASE_FILE; echo more > other.js");
  const tokens = new Set<string>();
  const outcomes: unknown[] = [];
  for (const name of ["prepare", "agent", "verify", "publish"] as const) {
    outcomes.push(await pod.start(name));
    tokens.add(await readFile(join(pod.directory, `token-${name}`), "utf8"));
  }

  const checks = await world.github("GET", `${SHOP}/commits/${head}/check-runs`);
  const results = await Promise.all(
    ["result/result.json", "verified/verdict.json"].map((name) => readFile(join(pod.directory, name), "utf8")),
  );
  const text = JSON.stringify([outcomes, checks, await pod.prompts(), pod.log.entries, results]);

  expect(outcomes.at(-1)).toMatchObject({ result: "failed", reason: "GateFailed" });
  expect(text).toContain("HTTPS_PROXY=");
  const base64 = Buffer.from(PASSWORD).toString("base64");
  for (const secret of [PASSWORD, base64, ...tokens]) expect(text.includes(secret.slice(0, -4))).toBe(false);
  expect(text).not.toContain(Buffer.from(`runyard:${PASSWORD}`).toString("base64").slice(12, -4));
});

it("is not committed: such a change is refused, and the refusal does not repeat it", async () => {
  const head = await world.push("commits", { "hats.js": "2\n" });
  const pod = await podWithSecret("commits", 'base64 "$DATABASE_FILE" > fine.txt');

  const outcome = await pod.finish();

  expect(outcome).toMatchObject({ result: "failed", reason: "PatchRefused" });
  expect(outcome.message).toContain("fine.txt: looks like a secret of this run");
  expect(outcome.message).not.toContain(Buffer.from(PASSWORD).toString("base64").slice(0, 20));
  expect(await world.headOf("commits")).toBe(head);
});
