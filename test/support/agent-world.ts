// Agent pods without a cluster: the four containers of a run, one after the other in this process, against a real gateway
// and a simulated GitHub. A shell script stands for the coding agent, and speaks as Codex does.
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../src/agent/commands.ts";
import type { StageContainer } from "../../src/agent/container.ts";
import {
  AGENT_CONTAINERS,
  type AgentContainer,
  type RunFile,
  type RunOutcome,
  type RunTrigger,
} from "../../src/configuration/run-file.ts";
import { buildRunFile } from "../../src/controllers/agent-run/build-run-file.ts";
import { readRunInput } from "../../src/controllers/agent-run/run-input.ts";
import { createGatewayGitHubApi } from "../../src/platform/github/gateway-github-api.ts";
import {
  createGatewayEgressList,
  createGatewaySessionArchive,
} from "../../src/platform/github/gateway-session-archive.ts";
import { NODE_FILES } from "../../src/platform/node/node-files.ts";
import { nodeProcessRunner } from "../../src/platform/node/node-process-runner.ts";
import { CODE_RUN, type CodeRun } from "../../src/resources/code-run.ts";
import { ANNOTATIONS, LABELS, type Stage } from "../../src/resources/run-identity.ts";
import { GatewayWorld, NAMESPACE, type WorldOptions } from "./gateway-world.ts";
import { appJwt } from "./github-client.ts";
import { GitWorkTree } from "./git-work-tree.ts";
import { RecordingLog } from "./recording-log.ts";

export const BRANCH = "feature/task-7-implementation";
export const SHOP = "/repos/acme/shop";

export interface PodOptions {
  readonly stage?: Stage;
  /** Default BRANCH. */
  readonly branch?: string;
  /** What the agent does in its tree; a shell script. */
  readonly agent?: string;
  readonly issue?: number;
  readonly pullRequest?: number;
  readonly trigger?: RunTrigger;
  readonly continueSession?: boolean;
  readonly lane?: { readonly name: string; readonly generation: number };
  readonly change?: Partial<RunFile>;
  /** Replaces parts of what the containers have in hand. */
  readonly container?: Partial<StageContainer>;
}

/** One run with its pod. */
export interface AgentPod {
  readonly run: CodeRun;
  readonly directory: string;
  readonly log: RecordingLog;
  readonly file: RunFile;
  /** The script that stands for the coding agent. */
  readonly binary: string;
  /** A token of a container's role. */
  token(name: AgentContainer): Promise<string>;
  /** Runs one container. */
  start(name: AgentContainer, change?: Partial<StageContainer>): Promise<RunOutcome>;
  /** Runs them all; the outcome of the last. */
  finish(): Promise<RunOutcome>;
  /** What the agent was told, turn by turn. */
  prompts(): Promise<readonly string[]>;
}

const APP_PERMISSIONS = {
  actions: "read",
  checks: "write",
  contents: "write",
  deployments: "write",
  issues: "write",
  pull_requests: "write",
  statuses: "read",
  workflows: "write",
} as const;

export class AgentWorld {
  readonly gatewayWorld: GatewayWorld;
  #pods = 0;

  private constructor(gatewayWorld: GatewayWorld) {
    this.gatewayWorld = gatewayWorld;
  }

  /** A GitHub with acme/shop holding these files, and a gateway. */
  static async start(files: Readonly<Record<string, string>>, options: WorldOptions = {}): Promise<AgentWorld> {
    const world = await GatewayWorld.start({
      ...options,
      github: {
        users: [{ login: "wes" }, { login: "rita" }],
        repositories: [
          { fullName: "acme/shop", collaborators: { wes: "write", rita: "read" }, files },
          { fullName: "acme/handbook", files: { "README.md": "# Handbook\n" } },
        ],
        apps: [
          { slug: "runyard-author", permissions: APP_PERMISSIONS, installations: [{ account: "acme" }] },
          { slug: "ci", permissions: APP_PERMISSIONS, installations: [{ account: "acme" }] },
        ],
        ...options.github,
      },
    });
    return new AgentWorld(world);
  }

  async stop(): Promise<void> {
    await this.gatewayWorld.stop();
  }

  /** GitHub's REST API as a person. */
  async github(method: string, path: string, body?: unknown, login = "wes"): Promise<Record<string, unknown>> {
    const { github } = this.gatewayWorld;
    const answer = await fetch(`${github.apiUrl}${path}`, {
      method,
      headers: { authorization: `token ${github.tokenOf(login)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  }

  /** GitHub's REST API as an installed App, for example the one that runs CI. */
  async app(slug: string, method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
    const { github } = this.gatewayWorld;
    const [installation] = github.app(slug).installationIds;
    const jwt = appJwt(github.app(slug).id, github.privateKeyOf(slug), { nowMs: Date.now() });
    const call = async (authorization: string, target: string, content: unknown) => {
      const init = { method: "POST", headers: { authorization }, body: JSON.stringify(content) };
      const answer = await fetch(`${github.apiUrl}${target}`, { ...init, method: target === path ? method : "POST" });
      if (answer.status >= 400) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Record<string, unknown>;
    };
    const { token } = await call(`Bearer ${jwt}`, `/app/installations/${installation}/access_tokens`, {});
    return await call(`token ${String(token)}`, path, body);
  }

  /** A clone of acme/shop, as a person. */
  async clone(): Promise<GitWorkTree> {
    this.#pods += 1;
    const { github, directory } = this.gatewayWorld;
    return await GitWorkTree.clone({
      baseUrl: github.baseUrl,
      repository: "acme/shop",
      token: github.tokenOf("wes"),
      directory: join(directory, "clones", String(this.#pods)),
    });
  }

  /** Writes files on a branch (made from main where it is new) and pushes; the new SHA. */
  async push(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    const tree = await this.clone();
    const exists = (await tree.run("ls-remote", "--heads", "origin", branch)) !== "";
    await tree.run("checkout", "-q", "-B", branch, exists ? `origin/${branch}` : "origin/main");
    for (const [path, text] of Object.entries(files)) await NODE_FILES.write(join(tree.directory, path), text);
    await tree.run("add", "--all", "--force");
    await tree.run("commit", "-q", "-m", "Work by hand");
    await tree.run("push", "-q", "origin", branch);
    return await tree.run("rev-parse", "HEAD");
  }

  /** The SHA of a branch on GitHub, or undefined. */
  async headOf(branch: string): Promise<string | undefined> {
    const tree = await this.clone();
    const found = await tree.run("ls-remote", "origin", `refs/heads/${branch}`);
    return found === "" ? undefined : found.split("\t")[0];
  }

  /** A file of a branch on GitHub, or undefined. */
  async fileOf(branch: string, path: string): Promise<string | undefined> {
    const tree = await this.clone();
    const shown = await tree.try("show", `origin/${branch}:${path}`);
    return shown.exitCode === 0 ? shown.stdout : undefined;
  }

  /** Our check runs on a SHA: stage → conclusion. */
  async verdicts(sha: string): Promise<Readonly<Record<string, string>>> {
    const { check_runs: checks } = (await this.github("GET", `${SHOP}/commits/${sha}/check-runs`)) as {
      check_runs: { name: string; conclusion: string }[];
    };
    const ours = checks.filter((check) => check.name.startsWith("runyard/"));
    return Object.fromEntries(ours.map((check) => [check.name.slice("runyard/".length), check.conclusion]));
  }

  /** What the check run of a stage says on a commit. */
  async evidence(sha: string, stage: string): Promise<string> {
    const { check_runs: checks } = (await this.github("GET", `${SHOP}/commits/${sha}/check-runs`)) as {
      check_runs: { name: string; output: { summary: string } }[];
    };
    return checks.find((check) => check.name === `runyard/${stage}`)?.output.summary ?? "";
  }

  async pulls(): Promise<readonly Record<string, unknown>[]> {
    return (await this.github("GET", `${SHOP}/pulls`)) as unknown as Record<string, unknown>[];
  }

  async pod(options: PodOptions = {}): Promise<AgentPod> {
    this.#pods += 1;
    const { gatewayWorld: world } = this;
    const stage = options.stage ?? "author";
    const run = await world.store.create(CODE_RUN, codeRun(`run-${this.#pods}-${stage}`, stage, options, world));
    const pod = await world.addPod(`${run.metadata.name}-pod`, {
      [LABELS.run]: run.metadata.name,
      [LABELS.runKind]: "CodeRun",
    });
    const directory = join(world.directory, "pods", run.metadata.name);
    const file = { ...runFileOf(run, world), ...options.change };
    const binary = await writeAgent(directory, options.agent ?? "true");
    const log = new RecordingLog();
    const started = async (name: AgentContainer, change: Partial<StageContainer> = {}) => {
      const token = await world.issue(name, pod);
      const container = await makeContainer({ world, directory, file, token, name, binary, log });
      return await runCommand(name, { ...container, ...options.container, ...change });
    };
    return {
      run,
      directory,
      log,
      file,
      binary,
      token: async (name) => await world.issue(name, pod),
      start: started,
      async finish() {
        let outcome: RunOutcome | undefined;
        for (const name of AGENT_CONTAINERS) outcome = await started(name);
        if (outcome === undefined) throw new Error("an agent pod has containers");
        return outcome;
      },
      async prompts() {
        const home = join(directory, "workspace-agent/home");
        const names = (await readdir(home).catch(() => [])).filter((name) => name.startsWith("prompt-")).sort();
        return await Promise.all(names.map((name) => readFile(join(home, name), "utf8")));
      },
    };
  }
}

function codeRun(name: string, stage: Stage, options: PodOptions, world: GatewayWorld): CodeRun {
  const annotations: Record<string, string> = {
    [ANNOTATIONS.repositoryId]: String(world.github.repositoryIdOf("acme/shop")),
    [ANNOTATIONS.branch]: options.branch ?? BRANCH,
    [ANNOTATIONS.baseBranch]: "main",
  };
  if (options.issue !== undefined) annotations[ANNOTATIONS.issue] = String(options.issue);
  if (options.pullRequest !== undefined) annotations[ANNOTATIONS.pullRequest] = String(options.pullRequest);
  if (options.trigger !== undefined) annotations[ANNOTATIONS.trigger] = JSON.stringify(options.trigger);
  if (options.lane !== undefined) {
    annotations[ANNOTATIONS.lane] = options.lane.name;
    annotations[ANNOTATIONS.generation] = String(options.lane.generation);
  }
  return {
    apiVersion: "agents.platform/v1",
    kind: "CodeRun",
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { [LABELS.stage]: stage, [LABELS.workflow]: "task-1-7" },
      annotations,
    },
    spec: {
      taskId: 7,
      service: "shop",
      repositoryUrl: "acme/shop",
      docsRepositoryUrl: "acme/handbook",
      workingDirectory: ".",
      model: "gpt-5.5",
      githubApp: "Runyard-Author",
      ...(options.continueSession === undefined ? {} : { continueSession: options.continueSession }),
    },
  };
}

function runFileOf(run: CodeRun, world: GatewayWorld): RunFile {
  const read = readRunInput(run, world.configuration);
  if (read.kind === "invalid") throw new Error(read.problem);
  return buildRunFile(run, read.input, 1, world.configuration);
}

interface ContainerParts {
  readonly world: GatewayWorld;
  readonly directory: string;
  readonly file: RunFile;
  readonly token: string;
  readonly name: AgentContainer;
  readonly binary: string;
  readonly log: RecordingLog;
}

/** As src/programs/agent.ts does, with the volumes of build-agent-job.ts as directories. */
async function makeContainer(parts: ContainerParts): Promise<Omit<StageContainer, "secretForms">> {
  const { world, directory, file, token, name, binary, log } = parts;
  const tokenFile = join(directory, `token-${name}`);
  await writeFile(tokenFile, token);
  const clock = quickClock();
  const gatewayUrl = world.gateway.url ?? "";
  const gateway = { gatewayUrl, tokenFile, clock };
  const workspace = join(directory, `workspace-${name}`);
  await mkdir(workspace, { recursive: true });
  await mkdir(join(directory, "source"), { recursive: true });
  await mkdir(join(directory, "result"), { recursive: true });
  const { repositoryId, issue, pullRequest } = file.identity;
  const number = issue ?? pullRequest;
  const session = number === undefined ? undefined : { repositoryId: repositoryId ?? 0, number, profile: "author" };
  return {
    run: file,
    directories: {
      source: join(directory, "source"),
      workspace,
      result: join(directory, "result"),
      verified: join(directory, "verified"),
    },
    runner: nodeProcessRunner({ ownsProcesses: false }),
    files: NODE_FILES,
    api: createGatewayGitHubApi(gateway),
    sessions: createGatewaySessionArchive(gateway, session),
    egress: createGatewayEgressList(gateway),
    clock,
    log,
    gatewayUrl,
    token,
    binaries: { codex: binary, claude: binary },
    path: process.env["PATH"] ?? "",
  };
}

/** The real time, but a wait takes a thousandth of it. */
function quickClock(): StageContainer["clock"] {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    sleep: async (ms) => {
      aheadMs += ms;
      await new Promise((resolve) => setTimeout(resolve, ms / 1000));
    },
  };
}

async function writeAgent(directory: string, script: string): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const binary = join(directory, "agent.sh");
  const lines = [
    "#!/bin/bash",
    'turn=$(ls "$HOME" | grep -c prompt-)',
    'cat > "$HOME/prompt-$turn"',
    'printf "%s\\n" "$@" > "$HOME/argv-$turn"',
    `echo '{"type":"thread.started","thread_id":"thread-1"}'`,
    "(",
    script,
    ") >/dev/null 2>&1 || exit 1",
    `echo '{"type":"item.completed","item":{"type":"agent_message","text":"I am done, @wes."}}'`,
    `echo '{"type":"turn.completed","usage":{"input_tokens":10,"cached_input_tokens":0,"output_tokens":5}}'`,
  ];
  await writeFile(binary, `${lines.join("\n")}\n`);
  await chmod(binary, 0o755);
  return binary;
}
