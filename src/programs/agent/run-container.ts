// One container of an agent pod, with real files, processes and the gateway. Everything else is src/agent.
import { readFileSync } from "node:fs";
import { runCommand } from "../../agent/commands.ts";
import { formatOutcome, type StageContainer } from "../../agent/container.ts";
import {
  DIRECT_EGRESS_VARIABLE,
  GATEWAY_AUTHORITY_FILE,
  RESULT_DIRECTORY,
  RUN_DIRECTORY,
  RUN_FILE,
  SOURCE_DIRECTORY,
  VERIFIED_DIRECTORY,
  WORKSPACE_DIRECTORY,
  type AgentContainer,
  type RunFile,
} from "../../configuration/run-file.ts";
import { createGatewayGitHubApi } from "../../platform/github/gateway-github-api.ts";
import { createGatewayEgressList, createGatewaySessionArchive } from "../../platform/github/gateway-session-archive.ts";
import { directTargets, findDirectConnection } from "../../platform/node/find-direct-connection.ts";
import { NODE_FILES } from "../../platform/node/node-files.ts";
import { nodeProcessRunner } from "../../platform/node/node-process-runner.ts";
import { SYSTEM_CLOCK } from "../../platform/node/system-clock.ts";
import { EGRESS_OPEN_EXIT_CODE, EGRESS_OPEN_PREFIX } from "../../resources/pod.ts";
import { reachGateway, withoutGateway } from "./reach-gateway.ts";
import { gatewayAt, LOG, readToken } from "./surroundings.ts";

const { env } = process;
const runDirectory = env["RUNYARD_RUN"] ?? RUN_DIRECTORY;
const isSandboxed = env["RUNYARD_GATEWAY_SOCKET"] === undefined && env["RUNYARD_SANDBOX"] !== "none";

/** Its exit code, and the text it leaves as its termination message. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly message: string;
}

export async function runContainer(name: AgentContainer): Promise<ContainerEnd> {
  const container = makeContainer(await reachGateway(findGateway));
  // Without a sandbox, which only the operator can choose, the host's network is the run's.
  const isLookedAt = name === "agent" && isSandboxed && env[DIRECT_EGRESS_VARIABLE] !== "allow";
  const open = isLookedAt ? await findDirectConnection(directTargets(env)) : undefined;
  if (open !== undefined) {
    LOG.write("error", open);
    const message = `${EGRESS_OPEN_PREFIX}${open}. The agent was not started: it must have no way out but the gateway.`;
    return { exitCode: EGRESS_OPEN_EXIT_CODE, message };
  }
  const outcome = await runCommand(name, container);
  LOG.write("info", `${outcome.reason}: ${outcome.message}`, { result: outcome.result });
  return { exitCode: 0, message: formatOutcome(outcome) };
}

function findGateway() {
  const address = env["RUNYARD_GATEWAY_ADDRESS"];
  if (address === undefined) throw withoutGateway("RUNYARD_GATEWAY_ADDRESS is not set");
  return { address, authority: readFileSync(`${runDirectory}/${GATEWAY_AUTHORITY_FILE}`, "utf8") };
}

function makeContainer(gatewayUrl: string): Omit<StageContainer, "secretForms"> {
  const run = JSON.parse(readFileSync(`${runDirectory}/${RUN_FILE}`, "utf8")) as RunFile;
  const gateway = gatewayAt(gatewayUrl);
  const token = readToken();
  const { repositoryId, issue, pullRequest, stage } = run.identity;
  const number = issue ?? pullRequest;
  const session =
    repositoryId === undefined || number === undefined ? undefined : { repositoryId, number, profile: run.profile.key };
  return {
    run,
    // Where things are mounted. A container without a sandbox has them elsewhere, and its environment says where.
    directories: {
      source: env["RUNYARD_SOURCE"] ?? SOURCE_DIRECTORY,
      workspace: env["RUNYARD_WORKSPACE"] ?? WORKSPACE_DIRECTORY,
      result: env["RUNYARD_RESULT"] ?? RESULT_DIRECTORY,
      verified: env["RUNYARD_VERIFIED"] ?? VERIFIED_DIRECTORY,
    },
    runner: nodeProcessRunner({ ownsProcesses: isSandboxed }),
    files: NODE_FILES,
    api: createGatewayGitHubApi(gateway),
    sessions: createGatewaySessionArchive(gateway, session),
    egress: createGatewayEgressList(gateway),
    clock: SYSTEM_CLOCK,
    log: LOG.with({ run: run.name, stage }),
    gatewayUrl,
    token,
    binaries: { codex: env["RUNYARD_CODEX"] ?? "codex", claude: env["RUNYARD_CLAUDE"] ?? "claude" },
    path: env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
  };
}
