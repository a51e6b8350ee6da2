// A stdio MCP server with one tool, `echo`, that writes its text to the file named in the first argument. Started by the
// coding agents themselves: `node mcp-echo-server.ts FILE`.
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly protocolVersion?: string; readonly arguments?: { readonly text: string } };
}

const TOOL = {
  name: "echo",
  description: "Echoes a text",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

function answer({ method, params }: Message): object {
  switch (method) {
    case "initialize":
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "echo", version: "1.0.0" },
      };
    case "tools/list":
      return { tools: [TOOL] };
    case "tools/call":
      writeFileSync(process.argv[2] ?? "", params.arguments?.text ?? "");
      return { content: [{ type: "text", text: params.arguments?.text }] };
    default:
      return {};
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line) as Message;
  if (message.id === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: message.id, result: answer(message) })}\n`);
});
