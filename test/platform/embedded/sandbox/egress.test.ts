import { createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findOpenEgress } from "../../../../src/platform/embedded/sandbox/egress.ts";

describe("the self-test of a sandbox", () => {
  const server = createServer((socket) => socket.end());

  beforeEach(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
  });
  afterEach(() => {
    server.close();
  });

  it("names the address that could be reached", async () => {
    const { port } = server.address() as AddressInfo;

    const found = await findOpenEgress([
      { host: "255.255.255.255", port: 9 },
      { host: "127.0.0.1", port },
    ]);

    expect(found).toBe(`a direct connection to 127.0.0.1 port ${String(port)} succeeded`);
  });

  it("takes a refusal by the other side for an answer", async () => {
    expect(await findOpenEgress([{ host: "127.0.0.1", port: 1 }])).toBe("127.0.0.1 port 1 answered");
  });

  it("finds nothing where there is no way", async () => {
    expect(await findOpenEgress([{ host: "255.255.255.255", port: 9 }])).toBeUndefined();
  });
});
