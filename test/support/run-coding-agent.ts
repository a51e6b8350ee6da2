// Runs a real coding agent once against a model address, in directories of its own.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CLAUDE, CODEX } from "./coding-agent-binaries.ts";

export interface Ended {
  readonly code: number | null;
  readonly events: readonly Record<string, unknown>[];
  readonly errors: string;
  /** Where it worked. */
  readonly directory: string;
}

export interface AgentCall {
  /** Name of its directories. */
  readonly name: string;
  readonly model: string;
  /** What its protocol's clients take as base address. */
  readonly baseUrl: string;
  /** What it shows as its key. */
  readonly key: string;
  readonly prompt: string;
}

export class CodingAgents {
  readonly #home: string;

  private constructor(home: string) {
    this.#home = home;
  }

  /** Below the home directory, because Codex warns about a home below /tmp. */
  static async prepare(): Promise<CodingAgents> {
    await mkdir(join(homedir(), ".cache"), { recursive: true });
    return new CodingAgents(await mkdtemp(join(homedir(), ".cache/runyard-test-")));
  }

  async remove(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }

  async codex(call: AgentCall): Promise<Ended> {
    const provider = `{name="simulated",base_url="${call.baseUrl}",wire_api="responses",env_key="MODEL_KEY"}`;
    const settings = [
      `model_provider="simulated"`,
      `model_providers.simulated=${provider}`,
      "analytics.enabled=false",
      "check_for_update_on_startup=false",
      `mcp_servers.echo=${toml(await this.#mcpServer(call))}`,
    ];
    const flags =
      "--json --dangerously-bypass-approvals-and-sandbox --skip-git-repo-check --strict-config --disable plugins";
    const command = [
      CODEX ?? "",
      "exec",
      ...flags.split(" "),
      "-m",
      call.model,
      ...settings.flatMap((setting) => ["-c", setting]),
      "-",
    ];
    return await this.#run(command, call, {
      CODEX_HOME: await this.#directory(`${call.name}-home`),
      MODEL_KEY: call.key,
    });
  }

  async claude(call: AgentCall): Promise<Ended> {
    const flags = "-p --output-format stream-json --verbose --dangerously-skip-permissions";
    const servers = JSON.stringify({ mcpServers: { echo: { type: "stdio", ...(await this.#mcpServer(call)) } } });
    const command = [CLAUDE ?? "", ...flags.split(" "), "--model", call.model, "--strict-mcp-config"];
    return await this.#run([...command, "--mcp-config", servers], call, {
      CLAUDE_CONFIG_DIR: await this.#directory(`${call.name}-home`),
      ANTHROPIC_BASE_URL: call.baseUrl,
      ANTHROPIC_API_KEY: call.key,
      ANTHROPIC_SMALL_FAST_MODEL: call.model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      IS_SANDBOX: "1",
    });
  }

  /** Each agent has the tool `echo` of the server `echo`, which writes to echo.txt where the agent works. */
  async #mcpServer(call: AgentCall): Promise<{ readonly command: string; readonly args: readonly string[] }> {
    const file = join(await this.#directory(call.name), "echo.txt");
    return { command: process.execPath, args: [join(import.meta.dirname, "mcp-echo-server.ts"), file] };
  }

  async #directory(name: string): Promise<string> {
    const directory = join(this.#home, name);
    await mkdir(directory, { recursive: true });
    return directory;
  }

  async #run(command: readonly string[], call: AgentCall, environment: Record<string, string>): Promise<Ended> {
    const directory = await this.#directory(call.name);
    const [program = "", ...parameters] = command;
    const child = spawn(program, parameters, {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: this.#home, ...environment },
      timeout: 25_000,
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.stdin.end(call.prompt);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    const lines = Buffer.concat(chunks).toString("utf8").split("\n").filter(Boolean);
    return {
      code,
      events: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
      errors: Buffer.concat(errors).toString("utf8"),
      directory,
    };
  }
}

function toml({ command, args }: { readonly command: string; readonly args: readonly string[] }): string {
  return `{command=${JSON.stringify(command)},args=${JSON.stringify(args)},required=true}`;
}
