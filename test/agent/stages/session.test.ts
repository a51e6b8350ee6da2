// What a coding agent keeps from run to run: its session and its memory, by what continueSession and overwriteMemory say.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AgentWorld, type AgentPod, type PodOptions } from "../../support/agent-world.ts";

let world: AgentWorld;
beforeAll(async () => {
  world = await AgentWorld.start({ "price.js": "1\n" });
});
afterAll(() => world.stop());

/** An agent that looks at its state before it adds to it. */
function keeper(mark: string): string {
  return `cp -P "$CODEX_HOME/AGENTS.md" "$HOME/memory"; ls "$CODEX_HOME" > "$HOME/state"; echo "${mark}" >> "$CODEX_HOME/AGENTS.md"; touch "$CODEX_HOME/${mark}"`;
}

async function runAgent(options: PodOptions): Promise<AgentPod> {
  const pod = await world.pod(options);
  await pod.start("prepare");
  await pod.start("agent");
  return pod;
}

async function seenBy(pod: AgentPod) {
  const home = join(pod.directory, "workspace-agent/home");
  const read = (name: string) => readFile(join(home, name), "utf8");
  const marks = (await read("memory")).split("\n").filter((line) => /^run-\d$/.test(line));
  const state = (await read("state")).split("\n").filter((line) => /^run-\d$/.test(line));
  return { marks, state, resumed: (await read("argv-0")).split("\n")[1] === "resume", text: await read("memory") };
}

it("the memory stays unless it is overwritten, the session goes on when it is continued", async () => {
  const start = (mark: string, continueSession: boolean, overwriteMemory: boolean) =>
    runAgent({ issue: 1, continueSession, agent: keeper(mark), change: { overwriteMemory } });

  const first = await seenBy(await start("run-1", false, false));
  const second = await seenBy(await start("run-2", false, false));
  const third = await seenBy(await start("run-3", true, false));
  const fourth = await seenBy(await start("run-4", true, true));
  const fifth = await seenBy(await start("run-5", false, true));

  expect(first).toMatchObject({ marks: [], state: [], resumed: false });
  expect(first.text).toContain("# Memory");
  expect(second).toMatchObject({ marks: ["run-1"], state: [], resumed: false });
  expect(third).toMatchObject({ marks: ["run-1", "run-2"], state: ["run-2"], resumed: true });
  expect(fourth).toMatchObject({ marks: [], state: ["run-2", "run-3"], resumed: true });
  expect(fifth).toMatchObject({ marks: [], state: [], resumed: false, text: first.text });
});

it("another task's and another profile's are never found", async () => {
  await runAgent({ issue: 2, agent: keeper("run-1") });
  const other = await runAgent({ issue: 3, agent: keeper("run-2"), continueSession: true });

  expect(await seenBy(other)).toMatchObject({ marks: [], state: [], resumed: false });
  const kept = await readdir(join(world.gatewayWorld.directory, "gateway/sessions"), { recursive: true });
  expect(kept.filter((name) => name.endsWith(".archive")).map((name) => name.split("/").slice(1).join("/"))).toEqual(
    expect.arrayContaining(["2/author.archive", "3/author.archive"]),
  );
});

it("a memory that is a link to somewhere else is no memory", async () => {
  await runAgent({ issue: 4, agent: 'ln -sf /etc/hostname "$CODEX_HOME/AGENTS.md"' });
  const next = await runAgent({ issue: 4, agent: keeper("run-2") });

  expect((await seenBy(next)).text).toContain("# Memory");
  expect(next.log.entries.map(({ message }) => message)).toContainEqual(
    expect.stringContaining("the agent's memory is not kept"),
  );
});
