// The real coding agents against a scripted model, through the gateway: a whole pod each.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLAUDE, CODEX } from "../../support/coding-agent-binaries.ts";
import { AgentWorld, type PodOptions } from "../../support/agent-world.ts";

const STEPS = [
  { say: "I write the file.", do: [{ write: { path: "hats.js", content: "export const hats = 2;\n" } }] },
  { do: [{ sh: "mkdir -p test && echo ok > test/hats.test.js" }] },
  { say: "Hats are sold." },
];

let world: AgentWorld;
beforeAll(async () => {
  world = await AgentWorld.start({
    "price.js": "1\n",
    ".runyard.yaml": "gates: { author: ['test -f hats.js', 'test -f test/hats.test.js'] }\n",
  });
});
afterAll(() => world.stop());

if (CODEX === undefined || CLAUDE === undefined) console.warn("SKIPPED: run npm ci for the coding agents");

const AGENTS = [
  ["codex", CODEX, "gpt-5.5"],
  ["claude", CLAUDE, "claude-sonnet-4-5"],
] as const;

describe.each(AGENTS)("%s", (cli, binary, model) => {
  function options(branch: string): PodOptions {
    const profile = world.gatewayWorld.configuration.agents[0];
    if (profile === undefined || binary === undefined) throw new Error("no agent");
    return {
      branch,
      change: { profile: { ...profile, cli }, model },
      container: { binaries: { codex: binary, claude: binary } },
    };
  }

  it.skipIf(binary === undefined)("does a task, and its gates decide", async () => {
    world.gatewayWorld.models.setScript("all", { match: ["task 7"], steps: STEPS });
    const pod = await world.pod(options(`works-${cli}`));

    const outcome = await pod.finish();

    expect(outcome, JSON.stringify(pod.log.entries)).toMatchObject({ result: "passed", reason: "Published" });
    expect(await world.fileOf(`works-${cli}`, "hats.js")).toBe("export const hats = 2;\n");
    expect(await world.verdicts(outcome.headSha ?? "")).toEqual({ author: "success" });
  });

  it.skipIf(binary === undefined)("reads at its start what an earlier run wrote into its memory", async () => {
    const memory = 'f="${CODEX_HOME:+$CODEX_HOME/AGENTS.md}${CLAUDE_CONFIG_DIR:+$CLAUDE_CONFIG_DIR/CLAUDE.md}"';
    const remember = {
      sh: `${memory}; echo "Hats are sold by the dozen." >> "$f"; touch hats.js; mkdir -p test; cp hats.js test/hats.test.js`,
    };
    const issue = cli === "codex" ? 71 : 72;
    world.gatewayWorld.models.setScript("all", { match: ["task 7"], steps: [{ do: [remember] }, { say: "Done." }] });
    const first = await world.pod({ ...options(`remembers-${cli}`), issue });
    await first.start("prepare");
    await first.start("agent");
    // Only a request that holds the memory finds this script.
    world.gatewayWorld.models.setScript("all", { match: ["Hats are sold by the dozen."], steps: STEPS });
    const second = await world.pod({ ...options(`remembers-${cli}`), issue });
    await second.start("prepare");

    expect(await second.start("agent"), JSON.stringify(second.log.entries)).toMatchObject({ result: "passed" });
  });

  it.skipIf(binary === undefined)("that a provider refuses ends as a failure", async () => {
    world.gatewayWorld.models.setScript("all", {
      match: ["task 7"],
      steps: [{ fault: { error: { status: 400, message: "prompt is too long" }, times: 0 } }],
    });
    const pod = await world.pod(options(`refused-${cli}`));

    expect(await pod.finish()).toMatchObject({ result: "failed", reason: "AgentFailed" });
    expect(await world.headOf(`refused-${cli}`)).toBeUndefined();
  });
});
