// Whether a pod of a cluster can reach the world past the gateway. Only a connection that is established counts: network
// policies drop packets or refuse them, each in its own way.
import { createConnection } from "node:net";

interface Target {
  readonly host: string;
  readonly port: number;
}

/** What an agent has no business with: the cloud metadata service, a public resolver by IPv4 and IPv6. */
const TARGETS: readonly Target[] = [
  { host: "169.254.169.254", port: 80 },
  { host: "1.1.1.1", port: 443 },
  { host: "2606:4700:4700::1111", port: 443 },
];

const WAIT_MS = 3_000;

/**
 * Where a container tries to connect, by its environment: also to the cluster's API server, which is there wherever a pod is,
 * so that a network without internet is not taken for one with policies.
 */
export function directTargets(environment: Readonly<Record<string, string | undefined>>): readonly Target[] {
  const host = environment["KUBERNETES_SERVICE_HOST"];
  const port = Number(environment["KUBERNETES_SERVICE_PORT"] ?? 443);
  return host === undefined ? TARGETS : [...TARGETS, { host, port }];
}

/** A sentence naming what was reached, or undefined when nothing was. */
export async function findDirectConnection(targets: readonly Target[]): Promise<string | undefined> {
  const results = await Promise.all(targets.map(async (target) => await connects(target)));
  const reached = targets.find((_target, index) => results[index]);
  return reached === undefined ? undefined : `a direct connection to ${reached.host} port ${reached.port} succeeded`;
}

function connects(target: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(target);
    const finish = (connected: boolean): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.setTimeout(WAIT_MS, () => finish(false));
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}
