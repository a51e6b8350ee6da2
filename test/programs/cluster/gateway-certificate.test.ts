// The door of a cluster's gateway: its certificate is kept and made known, and the way through a pod's loopback ends there and
// nowhere else.
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readGatewayAddress } from "../../../src/configuration/gateway-address.ts";
import { GATEWAY_SERVER_NAME } from "../../../src/configuration/run-file.ts";
import { forwardPort } from "../../../src/platform/node/forward-port.ts";
import { openTls } from "../../../src/platform/node/open-tls.ts";
import { CERTIFICATE_SECRET, keepGatewayCertificate } from "../../../src/programs/cluster/gateway-certificate.ts";
import { CONFIG_MAP, SECRET } from "../../../src/resources/core.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { GatewayWorld } from "../../support/gateway-world.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { temporaryDirectory, temporaryStore } from "../../support/temporary-store.ts";

const [RUNS, SYSTEM] = ["runyard", "runyard-system"];
const DAY_MS = 24 * 3_600_000;

let store: ResourceStore;
let clock: ManualClock;

beforeEach(async () => {
  // A TLS client judges by the real time.
  clock = new ManualClock(Date.now());
  store = await temporaryStore(clock);
  const secret = { name: CERTIFICATE_SECRET, namespace: SYSTEM };
  await store.create(SECRET, { apiVersion: "v1", kind: "Secret", metadata: secret });
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "runyard-gateway", namespace: RUNS } };
  await store.create(CONFIG_MAP, { ...map, data: { address: "127.0.0.1:1" } });
});

async function keep() {
  const directory = join(await temporaryDirectory(), "certificate");
  return await keepGatewayCertificate({ store, namespace: RUNS, systemNamespace: SYSTEM, directory, clock });
}

async function knownAuthority(): Promise<string> {
  const map = await store.get(CONFIG_MAP, { namespace: RUNS, name: "runyard-gateway" });
  return (map && readGatewayAddress(map)?.authority) ?? "";
}

describe("the certificate of a cluster's gateway", () => {
  it("is signed by the authority that the runs' namespace is told, for the name that pods expect", async () => {
    const { certificate } = await keep();

    const shown = new X509Certificate(certificate);
    expect(shown.verify(new X509Certificate(await knownAuthority()).publicKey)).toBe(true);
    expect(shown.checkHost(GATEWAY_SERVER_NAME)).toBe(GATEWAY_SERVER_NAME);
  });

  it("is the same for a later start on another disk, and for replicas that start together", async () => {
    const pairs = await Promise.all([keep(), keep(), keep()]);

    const later = await keep();

    for (const pair of pairs) expect(pair).toEqual(later);
  });

  it("is renewed before it ends, under the authority that running pods trust", async () => {
    const { certificate } = await keep();
    const trusted = await knownAuthority();
    const ends = Date.parse(new X509Certificate(certificate).validTo);

    await clock.advance(ends - DAY_MS - clock.now());
    const renewed = new X509Certificate((await keep()).certificate);

    expect(Date.parse(renewed.validTo)).toBeGreaterThan(ends);
    expect(renewed.verify(new X509Certificate(trusted).publicKey)).toBe(true);
  });

  it.each([
    ["Secret", () => store.delete(SECRET, { namespace: SYSTEM, name: CERTIFICATE_SECRET })],
    ["ConfigMap", () => store.delete(CONFIG_MAP, { namespace: RUNS, name: "runyard-gateway" })],
  ])("is not made where the chart's %s is missing, and says which", async (kind, remove) => {
    await remove();

    await expect(keep()).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining(kind) });
  });
});

describe("the way from a pod's loopback", () => {
  it("leads to a gateway with that certificate, also after a renewal, and to no other", async () => {
    const certificate = await keep();
    const world = await GatewayWorld.start({ gateway: { listen: { port: 0, certificate } } });
    onTestFinished(() => world.stop());
    const { port } = new URL(world.gateway.url ?? "");
    const run = await world.addRun();
    const failures: string[] = [];
    const forward = async (authority: string, serverName = GATEWAY_SERVER_NAME) => {
      const far = { host: "127.0.0.1", port: Number(port), authority, serverName };
      const open = () => openTls(far);
      const near = await forwardPort({ port: 0, open, onFailure: (error) => failures.push(error.message) });
      return `http://127.0.0.1:${near.port}/github/repos/acme/shop/pulls`;
    };
    const headers = { authorization: `Bearer ${await run.token("publish")}` };
    const ask = async (url: string) => await fetch(url, { headers }).then(({ status }) => status, String);
    const way = await forward(await knownAuthority());

    const first = await ask(way);
    const secret = await store.get(SECRET, { namespace: SYSTEM, name: CERTIFICATE_SECRET });
    const { "tls.crt": _expired, ...data } = secret?.data ?? {};
    if (secret !== undefined) await store.update(SECRET, { ...secret, data });
    world.gateway.useCertificate(await keep());
    const wrongName = await ask(await forward(await knownAuthority(), "somebody-else"));
    const renewed = await ask(await forward(await knownAuthority()));

    expect([first, renewed]).toEqual([200, 200]);
    expect(wrongName).toContain("fetch failed");
    expect(failures.join()).toContain("somebody-else");
  });
});
