import { expect, it } from "vitest";
import { readProfilePrompt } from "../../src/configuration/profile-prompt.ts";

it("a text without front matter is the prompt", () => {
  expect(readProfilePrompt("You write.\n---\nx\n")).toEqual({
    gates: [],
    mcpServers: {},
    prompt: "You write.\n---\nx\n",
  });
});

it("front matter brings gates and MCP servers, and is no part of the prompt", () => {
  const text =
    "---\nname: author\ngates: [npm test]\nmcpServers: { docs: { command: docs-server, args: [--stdio] } }\n---\nYou write.\n";

  expect(readProfilePrompt(text)).toEqual({
    gates: ["npm test"],
    mcpServers: { docs: { command: "docs-server", args: ["--stdio"], env: {} } },
    prompt: "You write.\n",
  });
  expect(readProfilePrompt("---\n\n---\nYou write.\n")).toEqual({ gates: [], mcpServers: {}, prompt: "You write.\n" });
});

it.each([
  ["gates: npm test", "gates: "],
  ["gate: [npm test]", 'unknown field "gate"'],
  ["mcpServers: { docs: { args: [] } }", "mcpServers.docs.command: "],
  ["gates: [", "yaml: line 1"],
])("front matter that is not understood is refused, not passed over: %s", (yaml, problem) => {
  expect(() => readProfilePrompt(`---\n${yaml}\n---\nYou write.\n`)).toThrow(problem);
});
