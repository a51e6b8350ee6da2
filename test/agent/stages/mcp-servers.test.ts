import { expect, it } from "vitest";
import { selectMcpServers } from "../../../src/agent/stages/mcp-servers.ts";

const server = (command: string, args: readonly string[] = []) => ({ command, args, env: {} });
const files = (text: unknown, name = "client-config.json") => ({ [name]: JSON.stringify(text) });

it("takes the servers of the profile and of either task file whose command is allowed", () => {
  const tasks = {
    ...files(
      { remoteTools: ["x_y"], localServers: { search: { ...server("search-mcp"), tools: ["a"] } } },
      "toolman-config.json",
    ),
    ...files({ mcpServers: { files: server("files-mcp", ["--root", "."]) } }),
  };

  expect(selectMcpServers({ docs: server("docs-mcp") }, tasks, ["docs-mcp", "search-mcp", "files-mcp"])).toEqual({
    servers: {
      docs: server("docs-mcp"),
      search: server("search-mcp"),
      files: server("files-mcp", ["--root", "."]),
    },
    refused: [],
  });
});

it.each([
  ["a command that is not listed", { x: server("bash") }, '"bash" is not allowed'],
  ["a path to what is listed by name", { x: server("./docs-mcp") }, '"./docs-mcp" is not allowed'],
  ["a name that a command line would not bear", { 'x"={}': server("docs-mcp") }, "its name may have letters"],
  ["a name that the profile has taken", { docs: server("docs-mcp", ["--evil"]) }, "there is one of this name already"],
])("leaves out %s, and says so", (_what, mcpServers, problem) => {
  const selection = selectMcpServers({ docs: server("docs-mcp") }, files({ mcpServers }), ["docs-mcp"]);

  expect(selection.servers).toEqual({ docs: server("docs-mcp") });
  expect(selection.refused).toEqual([expect.stringContaining(problem)]);
});

it("holds the profile to the list too, and says when a task's file is none", () => {
  const selection = selectMcpServers({ docs: server("docs-mcp") }, { "client-config.json": "{" }, []);

  expect(selection.servers).toEqual({});
  expect(selection.refused).toEqual([
    'MCP server docs: "docs-mcp" is not allowed; the operator allows it in mcpServersAllowed of values.yaml',
    expect.stringContaining("client-config.json: is no MCP configuration"),
  ]);
});
