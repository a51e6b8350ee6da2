// The agent program as its containers start it: what is mounted, what it leaves, how it ends.
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT_CONTAINERS, type AgentContainer, type RunOutcome } from "../../src/configuration/run-file.ts";
import { AgentWorld, type AgentPod } from "../support/agent-world.ts";

const PROGRAM = new URL("../../src/programs/agent.ts", import.meta.url).pathname;

let world: AgentWorld;
beforeAll(async () => {
  world = await AgentWorld.start({ "price.js": "1\n", ".runyard.yaml": "gates: { author: ['test -e hats.js'] }\n" });
});
afterAll(() => world.stop());

interface Ended {
  readonly code: number;
  readonly output: string;
  /** The termination message. */
  readonly message: string;
}

async function run(pod: AgentPod, name: AgentContainer, more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { directory } = pod;
  for (const folder of ["run", "source", "result", "verified", `workspace-${name}`])
    await mkdir(join(directory, folder), { recursive: true });
  await writeFile(join(directory, "run/run.json"), JSON.stringify(pod.file));
  await writeFile(join(directory, `token-${name}`), await pod.token(name));
  const terminationLog = join(directory, "termination-log");
  await rm(terminationLog, { force: true });
  const env = {
    PATH: process.env["PATH"],
    RUNYARD_SANDBOX: "none",
    RUNYARD_RUN: join(directory, "run"),
    RUNYARD_TOKEN_FILE: join(directory, `token-${name}`),
    RUNYARD_SOURCE: join(directory, "source"),
    RUNYARD_RESULT: join(directory, "result"),
    RUNYARD_VERIFIED: join(directory, "verified"),
    RUNYARD_WORKSPACE: join(directory, `workspace-${name}`),
    RUNYARD_TERMINATION_LOG: terminationLog,
    RUNYARD_GATEWAY_URL: world.gatewayWorld.gateway.url,
    RUNYARD_CODEX: pod.binary,
    ...more,
  };
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM, name], { env, timeout: 25_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      const end = (message: string) => resolve({ code, output: stdout + stderr, message });
      readFile(terminationLog, "utf8").then(end, reject);
    });
  });
}

it("takes a task from the repository to a pull request, one container after the other", async () => {
  const pod = await world.pod({ branch: "program", agent: "echo 2 > hats.js" });
  const outcomes: RunOutcome[] = [];

  for (const name of AGENT_CONTAINERS) {
    const { code, message, output } = await run(pod, name);
    expect(code, output).toBe(0);
    expect(output).not.toContain(await readFile(join(pod.directory, `token-${name}`), "utf8"));
    outcomes.push(JSON.parse(message) as RunOutcome);
  }

  expect(outcomes.map((outcome) => outcome.container)).toEqual([...AGENT_CONTAINERS]);
  expect(outcomes.at(-1)).toMatchObject({ result: "passed", headSha: await world.headOf("program") });
});

describe("trouble with the infrastructure", () => {
  it("is a non-zero exit and a short message without secrets", async () => {
    const pod = await world.pod({ branch: "trouble" });

    const { code, message } = await run(pod, "verify");

    expect(code).toBe(1);
    expect(message).toContain("prepared.json is missing");
  });
});

it("an expected ending exits with 0, and is the outcome", async () => {
  const pod = await world.pod({ branch: "-bad" });

  const { code, message } = await run(pod, "prepare");

  expect(code).toBe(0);
  expect(JSON.parse(message)).toMatchObject({ container: "prepare", result: "failed", reason: "InvalidBranch" });
});
