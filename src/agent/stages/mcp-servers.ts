// MCP servers for the agent: of its profile and of the task's files, by the operator's allow-list, stdio only.
import { z } from "zod";
import type { McpServer } from "../coding-agents/coding-agent.ts";
import type { TaskFiles } from "./task-files.ts";

const server = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});
const config = z.object({
  localServers: z.record(z.string(), server).optional(),
  mcpServers: z.record(z.string(), server).optional(),
});

export interface McpSelection {
  readonly servers: Readonly<Record<string, McpServer>>;
  /** What was left out and why, for the log. */
  readonly refused: readonly string[];
}

/**
 * Servers whose command the operator allows by name; a path is refused, because the branch could have put it there. A
 * task does not take the place of a server of the profile.
 */
export function selectMcpServers(
  ofProfile: Readonly<Record<string, McpServer>>,
  files: TaskFiles,
  allowed: readonly string[],
): McpSelection {
  const servers: Record<string, McpServer> = {};
  const refused: string[] = [];
  for (const [key, value] of Object.entries(ofProfile)) choose(key, value);
  for (const name of ["toolman-config.json", "client-config.json"] as const) {
    const text = files[name];
    const parsed = text === undefined ? undefined : parseConfig(text);
    if (parsed === "invalid")
      refused.push(`${name}: is no MCP configuration (localServers or mcpServers with command, args, env)`);
    else for (const [key, value] of Object.entries(parsed ?? {})) choose(key, value);
  }
  return { servers, refused };

  function choose(key: string, value: McpServer): void {
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(key))
      refused.push(`MCP server "${key.slice(0, 40)}": its name may have letters, digits, _ and -`);
    else if (servers[key] !== undefined) refused.push(`MCP server ${key}: there is one of this name already`);
    else if (!allowed.includes(value.command)) {
      refused.push(
        `MCP server ${key}: "${value.command}" is not allowed; the operator allows it in mcpServersAllowed of values.yaml`,
      );
    } else servers[key] = value;
  }
}

function parseConfig(text: string): Readonly<Record<string, McpServer>> | "invalid" {
  try {
    const parsed = config.parse(JSON.parse(text));
    return { ...parsed.localServers, ...parsed.mcpServers };
  } catch {
    return "invalid";
  }
}
