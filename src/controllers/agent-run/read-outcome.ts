// What the containers of a pod left behind: the last outcome in their order decides.
import { AGENT_CONTAINERS, type RunOutcome } from "../../configuration/run-file.ts";
import {
  EGRESS_OPEN,
  EGRESS_OPEN_EXIT_CODE,
  EGRESS_OPEN_PREFIX,
  SANDBOX_UNAVAILABLE,
  type ContainerStatus,
  type Pod,
} from "../../resources/pod.ts";

export interface PodOutcome {
  /** Of the last container that wrote one. */
  readonly outcome: RunOutcome | undefined;
  /** The first container that ended with a non-zero code: infrastructure trouble, with what it said. */
  readonly broken: { readonly container: string; readonly exitCode: number; readonly message: string } | undefined;
  /** The agent was not started, because it could not be kept in: another attempt would end likewise. */
  readonly refused: { readonly reason: string; readonly message: string } | undefined;
}

export function readOutcome(pod: Pod | undefined): PodOutcome {
  const statuses = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
  const ordered = AGENT_CONTAINERS.map((name) => statuses.find((status) => status.name === name)).filter(
    (it) => it !== undefined,
  );
  const outcomes = ordered.map((status) => parseOutcome(status)).filter((it) => it !== undefined);
  const broken = ordered.find((status) => (status.state.terminated?.exitCode ?? 0) !== 0);
  return {
    outcome: outcomes.at(-1),
    broken: broken === undefined ? undefined : describeBroken(broken),
    refused: refusalOf(pod, broken),
  };
}

/** Only the engine's pods say it in their status; a cluster's is told by the container. */
function refusalOf(pod: Pod | undefined, broken: ContainerStatus | undefined): PodOutcome["refused"] {
  const { reason, message = "" } = pod?.status ?? {};
  if (reason === SANDBOX_UNAVAILABLE || reason === EGRESS_OPEN) return { reason, message };
  const { exitCode, message: said = "" } = broken?.state.terminated ?? {};
  if (exitCode !== EGRESS_OPEN_EXIT_CODE || !said.startsWith(EGRESS_OPEN_PREFIX)) return undefined;
  return { reason: EGRESS_OPEN, message: said.slice(EGRESS_OPEN_PREFIX.length) };
}

function describeBroken(status: ContainerStatus): NonNullable<PodOutcome["broken"]> {
  const terminated = status.state.terminated;
  const said = (terminated?.message ?? "").trim();
  return {
    container: status.name,
    exitCode: terminated?.exitCode ?? 0,
    message: said === "" ? (terminated?.reason ?? "no message") : said.slice(0, 1000),
  };
}

/** Only our own containers write this; a text of another form counts as none. */
function parseOutcome(status: ContainerStatus): RunOutcome | undefined {
  const text = status.state.terminated?.message;
  if (text === undefined || status.state.terminated?.exitCode !== 0) return undefined;
  try {
    const value = JSON.parse(text) as Partial<RunOutcome> | null;
    const isOutcome = value?.version === 1 && typeof value.reason === "string" && typeof value.message === "string";
    return isOutcome && (value.result === "passed" || value.result === "failed") ? (value as RunOutcome) : undefined;
  } catch {
    return undefined;
  }
}
