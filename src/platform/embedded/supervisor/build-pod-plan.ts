// From a pod to the plan that its supervisor obeys. Pure: the same pod and settings give the same plan.
import { uidOf } from "../../../resources/object-meta.ts";
import { COLLECT_OUTPUTS } from "../../pod-runner.ts";
import { parseQuantity } from "../../../resources/quantity.ts";
import type { Container, Pod, Volume } from "../../../resources/pod.ts";
import { buildSandboxPath } from "../sandbox/build-sandbox-arguments.ts";
import {
  API_PORT,
  APPLICATION,
  COMPILE_CACHE_VARIABLE,
  COMPILED,
  GATEWAY_PORT,
  HOME,
  NODE,
  SERVICE_ACCOUNT_DIRECTORY,
  TERMINATION_LOG,
} from "../sandbox/sandbox-paths.ts";
import { buildEnvironment, expandVariables } from "./expand-variables.ts";
import { terminationFile, volumeDirectory } from "./pod-directory.ts";
import type { ContainerPlan, Isolation, PlannedMount, PlannedOutput, PodPlan } from "./pod-plan.ts";

/** Processes of one container when nothing else is said: builds need many, a fork bomb wants all. */
export const PROCESSES_MAX = 4096;

/** What is asked for in the annotation COLLECT_OUTPUTS. */
export type OutputRequests = Readonly<
  Record<string, { readonly result?: boolean; readonly files?: readonly string[] } | undefined>
>;

export interface PlanSettings {
  readonly podDirectory: string;
  readonly isolation: Isolation;
  readonly gatewaySocket?: string;
  readonly apiSocket?: string;
  /** Below /opt/runyard/app, for example `src/programs/container-init.ts`. */
  readonly initProgram: string;
  /** Of each container; default PROCESSES_MAX. */
  readonly processesMax?: number;
}

/** The caller has refused what cannot be run (`unsupportedPodFields`). */
export function buildPodPlan(pod: Pod, settings: PlanSettings): PodPlan {
  const plan = (container: Container): ContainerPlan => buildContainerPlan(pod, container, settings);
  const deadline = pod.spec.activeDeadlineSeconds;
  return {
    uid: uidOf(pod),
    hostname: pod.metadata.name.slice(0, 63).replaceAll(".", "-"),
    ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
    isolation: settings.isolation,
    ...(settings.gatewaySocket === undefined ? {} : { gatewaySocket: settings.gatewaySocket }),
    ...(settings.apiSocket === undefined ? {} : { apiSocket: settings.apiSocket }),
    initContainers: (pod.spec.initContainers ?? []).map(plan),
    containers: pod.spec.containers.map(plan),
  };
}

function buildContainerPlan(pod: Pod, container: Container, settings: PlanSettings): ContainerPlan {
  const { gateway, api } = neededSockets(pod, container, settings);
  const requests = readOutputRequests(pod)[container.name];
  const volumes = volumeMounts(pod, container, settings.podDirectory);
  const scratch = scratchMounts(requests?.files ?? [], volumes, `${settings.podDirectory}/scratch/${container.name}`);
  const terminationPath = container.terminationMessagePath ?? TERMINATION_LOG;
  const terminationLog = terminationFile(settings.podDirectory, container.name);
  const environment = buildEnvironment(pod, container, baseEnvironment(pod, settings, { gateway, api }));
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const command = words.map((word) => expandVariables(word, environment));
  const init = buildInitCommand(settings, { gateway, api }, command);
  return {
    name: container.name,
    command: gateway || api ? init : command,
    environment,
    workingDirectory: container.workingDir ?? HOME,
    mounts: [...volumes, ...scratch, { root: terminationLog, relative: "", target: terminationPath, readOnly: false }],
    terminationLog,
    gateway,
    api,
    limits: buildLimits(container, settings.processesMax),
    keepResult: requests?.result === true,
    outputs: (requests?.files ?? []).flatMap((path) => locateOutput(path, [...volumes, ...scratch])),
  };
}

/** The requests of the annotation; an annotation that is not JSON was refused before. */
export function readOutputRequests(pod: Pod): OutputRequests {
  const text = pod.metadata.annotations?.[COLLECT_OUTPUTS];
  return text === undefined ? {} : (JSON.parse(text) as OutputRequests);
}

/**
 * A container reaches the gateway when it holds a token for it (a projected one of its own), and the API when it has
 * the ServiceAccount's. Others get no forwarder: without a token nobody would answer, and a forwarder costs time.
 */
function neededSockets(
  pod: Pod,
  container: Container,
  settings: PlanSettings,
): { readonly gateway: boolean; readonly api: boolean } {
  const mounted = new Set((container.volumeMounts ?? []).map((mount) => mount.name));
  const tokens = (pod.spec.volumes ?? []).filter((volume) => mounted.has(volume.name) && holdsToken(volume));
  const atDefault = (container.volumeMounts ?? [])
    .filter((mount) => mount.mountPath === SERVICE_ACCOUNT_DIRECTORY)
    .map((mount) => mount.name);
  return {
    gateway: settings.gatewaySocket !== undefined && tokens.some((volume) => !atDefault.includes(volume.name)),
    api: settings.apiSocket !== undefined && atDefault.length > 0,
  };
}

function holdsToken(volume: Volume): boolean {
  return (volume.projected?.sources ?? []).some((source) => "serviceAccountToken" in source);
}

function volumeMounts(pod: Pod, container: Container, podDirectory: string): readonly PlannedMount[] {
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return (container.volumeMounts ?? []).map((mount) => ({
    root: volumeDirectory(podDirectory, mount.name),
    relative: mount.subPath ?? "",
    target: trimSlash(mount.mountPath),
    readOnly: mount.readOnly === true || volumes.get(mount.name)?.emptyDir === undefined,
  }));
}

/**
 * An output file outside of every volume would vanish with the sandbox: its directory is put on disk instead.
 * Not the root and not a directory of the system; those were refused before.
 */
function scratchMounts(
  files: readonly string[],
  volumes: readonly PlannedMount[],
  root: string,
): readonly PlannedMount[] {
  const outside = files.filter((path) => !volumes.some((mount) => isBelow(path, mount.target)));
  const directories = new Set(outside.map(scratchDirectory));
  return [...directories].map((target) => ({ root: `${root}${target}`, relative: "", target, readOnly: false }));
}

/** The writable directory of the sandbox around the path where there is one, else the file's own directory. */
export function scratchDirectory(path: string): string {
  const known = ["/tmp", "/var/tmp", HOME].find((directory) => isBelow(path, directory));
  return known ?? path.slice(0, path.lastIndexOf("/"));
}

function locateOutput(path: string, mounts: readonly PlannedMount[]): readonly PlannedOutput[] {
  const around = mounts.filter((mount) => isBelow(path, mount.target));
  const nearest = around.toSorted((a, b) => b.target.length - a.target.length).slice(0, 1);
  return nearest.map(({ root, relative, target }) => {
    const below = path.slice(target.length + 1);
    return { path, root, relative: relative === "" ? below : `${relative}/${below}` };
  });
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}

function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

interface Sockets {
  readonly gateway: boolean;
  readonly api: boolean;
}

function baseEnvironment(pod: Pod, settings: PlanSettings, sockets: Sockets): Readonly<Record<string, string>> {
  const toolchains = settings.isolation.kind === "sandbox" ? settings.isolation.installation.toolchains : [];
  const port = String(API_PORT);
  const api = {
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: port,
    KUBERNETES_SERVICE_PORT_HTTPS: port,
    KUBERNETES_PORT: `tcp://127.0.0.1:${port}`,
  };
  return {
    PATH: buildSandboxPath(toolchains),
    HOME,
    HOSTNAME: pod.metadata.name,
    LANG: "C.UTF-8",
    ...(settings.isolation.kind === "none" ? socketVariables(settings) : {}),
    ...(settings.isolation.kind === "sandbox" && (sockets.gateway || sockets.api)
      ? { [COMPILE_CACHE_VARIABLE]: COMPILED }
      : {}),
    ...(sockets.gateway ? { RUNYARD_GATEWAY_URL: `http://127.0.0.1:${String(GATEWAY_PORT)}` } : {}),
    ...(sockets.api ? api : {}),
  };
}

/** Without a sandbox the sockets are where they are, and the init is told so. */
function socketVariables(settings: PlanSettings): Readonly<Record<string, string>> {
  return {
    ...(settings.gatewaySocket === undefined ? {} : { RUNYARD_GATEWAY_SOCKET: settings.gatewaySocket }),
    ...(settings.apiSocket === undefined ? {} : { RUNYARD_API_SOCKET: settings.apiSocket }),
  };
}

function buildInitCommand(settings: PlanSettings, sockets: Sockets, command: readonly string[]): readonly string[] {
  return [
    NODE,
    `${APPLICATION}/${settings.initProgram}`,
    ...(sockets.gateway ? ["--gateway"] : []),
    ...(sockets.api ? ["--api"] : []),
    ...(settings.isolation.kind === "sandbox" ? ["--test-egress"] : []),
    "--",
    ...command,
  ];
}

function buildLimits(container: Container, processesMax = PROCESSES_MAX): ContainerPlan["limits"] {
  const limits = container.resources?.limits ?? {};
  const memory = parseQuantity(limits["memory"] ?? "");
  const cpu = parseQuantity(limits["cpu"] ?? "");
  return {
    ...(memory === undefined ? {} : { memoryBytes: Math.floor(memory) }),
    ...(cpu === undefined ? {} : { cpu }),
    processesMax,
  };
}
