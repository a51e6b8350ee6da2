// The self-test at the start of a container: a direct connection must fail. A sandbox that lets one through is broken,
// and the agent is not started.
import { createConnection } from "node:net";

/** Where a connection is tried: the cloud metadata service, a public resolver by IPv4 and IPv6. */
export const EGRESS_TARGETS: readonly { readonly host: string; readonly port: number }[] = [
  { host: "169.254.169.254", port: 80 },
  { host: "1.1.1.1", port: 443 },
  { host: "2606:4700:4700::1111", port: 443 },
];
/** Without a route the kernel refuses at once; whatever takes longer may be on its way to somebody. */
export const EGRESS_TEST_MS = 2000;

/** A sentence naming the address that was reached, or undefined when all are out of reach. */
export async function findOpenEgress(
  targets: readonly { readonly host: string; readonly port: number }[] = EGRESS_TARGETS,
): Promise<string | undefined> {
  const results = await Promise.all(targets.map(async (target) => await tryConnection(target)));
  return results.find((result) => result !== undefined);
}

async function tryConnection(target: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  const name = `${target.host} port ${String(target.port)}`;
  return await new Promise((resolve) => {
    const socket = createConnection(target);
    const finish = (result: string | undefined): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(EGRESS_TEST_MS, () =>
      finish(`packets to ${name} leave the sandbox: the attempt was not refused`),
    );
    socket.once("connect", () => finish(`a direct connection to ${name} succeeded`));
    socket.once("error", (error) => finish(refusedByPeer(error) ? `${name} answered` : undefined));
  });
}

/** A refusal by the other side means that packets travel. */
function refusedByPeer(error: Error): boolean {
  return (
    "code" in error && (error.code === "ECONNREFUSED" || error.code === "ECONNRESET" || error.code === "EHOSTUNREACH")
  );
}
