// Stands for a coding-agent CLI where a test needs a run of seconds: a program that is called as `codex exec --json`,
// asks its model once through the gateway and does a small, fixed piece of work.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the agent does in its working tree, as the body of a JavaScript function of (fs, answer). */
export const FEATURE_WORK = `
  if (!fs.existsSync("feature.txt")) fs.writeFileSync("feature.txt", "the feature\\n");
  else if (!fs.readFileSync("feature.txt", "utf8").includes("formatted")) fs.appendFileSync("feature.txt", "formatted\\n");
`;

/** Writes the program into a folder of its own; the path is for RUNYARD_CODEX. */
export async function writeQuickAgent(directory: string, work = FEATURE_WORK): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const path = join(directory, "codex");
  await writeFile(path, programText(work));
  await chmod(directory, 0o755);
  await chmod(path, 0o755);
  return path;
}

/** Speaks the events of \`codex exec --json\`; see src/agent/coding-agents/codex.ts. */
function programText(work: string): string {
  return `#!/usr/bin/env node
const fs = require("node:fs");
const http = require("node:http");
const { randomUUID } = require("node:crypto");
const print = (event) => fs.writeSync(1, JSON.stringify(event) + "\\n");
const baseUrl = /base_url="([^"]+)"/.exec(process.argv.join(" "))[1];
const model = process.argv[process.argv.indexOf("-m") + 1];
const resumed = process.argv.includes("resume");
const prompt = fs.readFileSync(0, "utf8");

function ask() {
  const tools = [{ type: "function", name: "shell", description: "", parameters: { type: "object", properties: {} } }];
  const input = [{ type: "message", role: "user", content: [{ type: "input_text", text: prompt }] }];
  const headers = { authorization: "Bearer " + process.env.RUNYARD_MODEL_TOKEN, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const call = http.request(baseUrl + "/responses", { method: "POST", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part));
      answer.on("end", () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(answer.statusCode + " " + text))));
      answer.on("error", reject);
    });
    call.on("error", reject);
    call.end(JSON.stringify({ model, input, tools, stream: false }));
  });
}

async function turn() {
  print({ type: "thread.started", thread_id: resumed ? process.argv.at(-2) : randomUUID() });
  print({ type: "turn.started" });
  const answer = await ask();
  await (async () => {${work}})();
  print({ type: "item.completed", item: { id: "item_0", type: "agent_message", text: "Done." } });
  print({ type: "turn.completed", usage: { input_tokens: 100, cached_input_tokens: 0, output_tokens: 20 } });
}

turn().catch((error) => {
  print({ type: "turn.failed", error: { message: String(error.message) } });
  process.exitCode = 1;
});
`;
}
