import { createServer, type AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { directTargets, findDirectConnection } from "../../../src/platform/node/find-direct-connection.ts";
import { freePort } from "../../support/free-port.ts";

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

it("a connection that is established is told, however many others are not", async () => {
  const [open, shut] = [await listen(), await freePort()];
  const host = "127.0.0.1";

  const found = await findDirectConnection([
    { host, port: shut },
    { host, port: open },
  ]);

  expect(found).toBe(`a direct connection to 127.0.0.1 port ${open} succeeded`);
});

it("refused connections and names that lead nowhere are none", async () => {
  const targets = [
    { host: "127.0.0.1", port: await freePort() },
    { host: "nowhere.invalid", port: 443 },
  ];

  expect(await findDirectConnection(targets)).toBeUndefined();
});

it("in a cluster's pod the API server is looked for as well, and on one machine it is not", () => {
  const cluster = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "6443" };

  expect(directTargets(cluster)).toContainEqual({ host: "10.96.0.1", port: 6443 });
  expect(directTargets({ KUBERNETES_SERVICE_HOST: "10.96.0.1" })).toContainEqual({ host: "10.96.0.1", port: 443 });
  expect(directTargets({})).toHaveLength(directTargets(cluster).length - 1);
});
