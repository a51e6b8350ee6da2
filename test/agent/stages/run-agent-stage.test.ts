// Where an agent starts, and with which servers.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AgentWorld, type AgentPod } from "../../support/agent-world.ts";

const SERVERS = { mcpServers: { search: { command: "search-mcp", args: ["--stdio"] }, shell: { command: "bash" } } };

let world: AgentWorld;
beforeAll(async () => {
  const files = { "apps/shop/price.js": "1\n", "task.txt": "x\n" };
  world = await AgentWorld.start(files, {
    configuration: { mcpServersAllowed: ["docs-mcp", "search-mcp"] },
    github: {
      repositories: [
        { fullName: "acme/shop", collaborators: { wes: "write" }, files },
        {
          fullName: "acme/handbook",
          files: { ".taskmaster/docs/task-7/client-config.json": JSON.stringify(SERVERS) },
        },
      ],
    },
  });
});
afterAll(() => world.stop());

async function runAgent(pod: AgentPod) {
  await pod.start("prepare");
  await pod.start("agent");
  const home = join(pod.directory, "workspace-agent/home");
  const place = (await readFile(join(home, "place"), "utf8")).trim();
  return {
    place,
    root: join(pod.directory, "workspace-agent/repo"),
    argv: await readFile(join(home, "argv-0"), "utf8"),
  };
}

const LOOK = 'pwd > "$HOME/place"';

it("starts in the working directory, and is told where the repository begins", async () => {
  const pod = await world.pod({ agent: LOOK, change: { workingDirectory: "apps/shop" } });
  const { place, root } = await runAgent(pod);

  const [prompt] = await pod.prompts();
  expect(place).toBe(join(root, "apps/shop"));
  expect(prompt).toContain(
    `You start in ${place}. The repository, and with it every path such as task/prompt.md, begins`,
  );
});

it("starts at the root where there is no such folder, and the log says so", async () => {
  const pod = await world.pod({ agent: LOOK, change: { workingDirectory: "shop" } });
  const { place, root } = await runAgent(pod);

  expect(place).toBe(root);
  expect((await pod.prompts())[0]).not.toContain("You start in");
  expect(pod.log.entries).toContainEqual(
    expect.objectContaining({ level: "warn", message: expect.stringContaining("workingDirectory: there is no shop") }),
  );
});

it("is held to the gates of the base branch and of its profile, whatever its own branch says", async () => {
  await world.push("main", { ".runyard.yaml": "gates: { author: ['echo base gate'] }\n" });
  await world.push("own-rules", { ".runyard.yaml": "gates: { author: ['echo own gate; false'] }\nsetup: ['false']\n" });
  const profile = world.gatewayWorld.configuration.agents[0];
  if (profile === undefined) throw new Error("no agent");
  const systemPrompt = "---\ngates: ['test -f by-the-profile.txt']\n---\nYou write.\n";
  const pod = await world.pod({ branch: "own-rules", agent: LOOK, change: { profile: { ...profile, systemPrompt } } });

  const outcome = await pod.finish();

  expect(outcome).toMatchObject({ result: "failed", reason: "GateFailed" });
  expect(outcome.message).toContain("`test -f by-the-profile.txt` ended with exit code 1");
  const commands = pod.log.entries.map(({ message }) => message).filter((message) => message.startsWith("$ "));
  expect(new Set(commands)).toEqual(new Set(["$ echo base gate", "$ test -f by-the-profile.txt"]));
});

it("has the allowed servers of its profile and of the task, and the log names the others", async () => {
  const profile = world.gatewayWorld.configuration.agents[0];
  if (profile === undefined) throw new Error("no agent");
  const systemPrompt = "---\nmcpServers: { docs: { command: docs-mcp } }\n---\nYou write.\n";
  const pod = await world.pod({ agent: LOOK, change: { profile: { ...profile, systemPrompt } } });
  const { argv } = await runAgent(pod);

  expect(argv).toContain('mcp_servers."docs"={command="docs-mcp"');
  expect(argv).toContain('mcp_servers."search"={command="search-mcp",args=["--stdio"]');
  expect(argv).not.toContain("bash");
  expect(argv).toContain('developer_instructions="You write.\\n"');
  expect(pod.log.entries.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('MCP server shell: "bash" is not allowed'),
  );
});
