// What the world outside may be like: behind a proxy, with its own certificate authority, with another clock, limiting us.
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { openCertificateAuthority } from "../../src/api-server/certificate-authority.ts";
import { openDirect } from "../../src/gateway/egress/open-direct.ts";
import { openThroughProxy } from "../../src/gateway/egress/open-through-proxy.ts";
import { RateLimits } from "../../src/gateway/github/rate-limits.ts";
import { Upstream } from "../../src/gateway/upstream.ts";
import { GatewayWorld } from "../support/gateway-world.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A proxy that knows one user and notes what it opened. */
async function startProxy(opened: string[]): Promise<number> {
  const proxy = createHttpServer();
  proxy.on("connect", (request: IncomingMessage, socket) => {
    const basic = `Basic ${Buffer.from("user:pass word").toString("base64")}`;
    if (request.headers["proxy-authorization"] !== basic) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    opened.push(request.url ?? "");
    const remote = connect(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      remote.pipe(socket).pipe(remote);
    });
    for (const one of [remote, socket]) one.on("error", () => remote.destroy());
  });
  return await listen(proxy);
}

describe("the way out", () => {
  it("leads through the operator's proxy, and trusts the operator's certificate authority", async () => {
    const directory = await mkdtemp(join(tmpdir(), "gateway-ca-"));
    cleanups.push(() => rm(directory, { recursive: true }));
    const authority = await openCertificateAuthority({ directory, clock: REAL_CLOCK });
    const pair = await authority.keep({
      name: "server",
      commonName: "inside.example.com",
      dnsNames: ["inside.example.com"],
      usage: "server",
    });
    const server = createHttpsServer({ cert: pair.certificate, key: pair.key }, (_request, response) => {
      response.end("from inside");
    });
    const port = await listen(server);
    const opened: string[] = [];
    const httpsProxy = `http://user:pass%20word@127.0.0.1:${await startProxy(opened)}`;
    const send = async (certificateAuthorities: readonly string[]) => {
      const upstream = new Upstream({ httpsProxy, certificateAuthorities });
      cleanups.push(() => upstream.close());
      const answer = await upstream.send({
        method: "GET",
        url: `https://inside.example.com:${port}/`,
        headers: {},
        signal: AbortSignal.timeout(5_000),
      });
      return Buffer.concat(await answer.body.toArray()).toString();
    };

    expect(await send([authority.certificate])).toBe("from inside");
    expect(opened).toEqual([`inside.example.com:${port}`]);
    await expect(send([])).rejects.toThrow(/certificate/u);
  });

  it("connects to an address, and says when nobody is there", async () => {
    const server = createServer((socket) => socket.end("hello"));
    const port = await listen(server);

    const socket = await openDirect("127.0.0.1", port);

    expect(Buffer.concat(await socket.toArray()).toString()).toBe("hello");
    await expect(openDirect("127.0.0.1", 1)).rejects.toMatchObject({ reason: "Unavailable" });
  });

  it("says when the proxy refuses", async () => {
    const proxy = new URL(`http://127.0.0.1:${await startProxy([])}`);

    await expect(openThroughProxy(proxy, "a.example.com", 443)).rejects.toThrow("it answers 407");
    await expect(openThroughProxy(new URL("http://127.0.0.1:1"), "a.example.com", 443)).rejects.toThrow(
      "no connection",
    );
  });
});

describe("GitHub", () => {
  it("is understood although our clock is behind by a quarter of an hour", async () => {
    const world = await GatewayWorld.start({ clock: { ...REAL_CLOCK, now: () => Date.now() - 15 * 60_000 } });
    cleanups.push(() => world.stop());

    const answer = await world.call("/github/repos/acme/shop", await (await world.addRun()).token("prepare"));

    expect(answer.status).toBe(200);
  });

  it("E.2 is not reached as an App that is not installed, and the message says what to do", async () => {
    const world = await GatewayWorld.start();
    cleanups.push(() => world.stop());
    const run = await world.addRun({ name: "elsewhere", docsRepository: "other/place" });

    const answer = await world.call(
      "/git/other/place.git/info/refs?service=git-upload-pack",
      await run.token("prepare"),
    );

    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("is not installed on other/place");
  });

  it("gets no write in a dry run", async () => {
    const world = await GatewayWorld.start({ configuration: { publishMode: "dry-run" } });
    cleanups.push(() => world.stop());
    const token = await (await world.addRun()).token("publish");

    const comment = await world.call("/github/repos/acme/shop/issues/1/comments", token, {
      method: "POST",
      body: "{}",
    });
    const push = await world.call("/git/acme/shop.git/info/refs?service=git-receive-pack", token);
    const read = await world.call("/github/repos/acme/shop", token);

    expect([comment.headers.get("x-runyard-reason"), push.headers.get("x-runyard-reason")]).toEqual([
      "DryRun",
      "DryRun",
    ]);
    expect(read.status).toBe(200);
  });
});

describe("a rate limit", () => {
  const now = 1_000_000;
  const clock = { ...REAL_CLOCK, now: () => now };

  function pauseAfter(status: number, headers: Record<string, string>): string | undefined {
    const limits = new RateLimits(clock);
    limits.note("app", "Acme", { status, headers, body: Readable.from([]) });
    limits.requireOpen("other", "acme");
    try {
      limits.requireOpen("app", "acme");
      return undefined;
    } catch (error) {
      return (error as { headers: Record<string, string> }).headers["retry-after"];
    }
  }

  it.each([
    [403, { "retry-after": "30" }, "30"],
    [429, {}, "60"],
    [403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1090" }, "90"],
    [403, { "x-ratelimit-remaining": "0" }, "60"],
    [429, { "retry-after": "999999" }, "3600"],
    // A missing permission limits nothing, and neither does a success.
    [403, { "x-ratelimit-remaining": "10" }, undefined],
    [200, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1090" }, undefined],
    [403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }, undefined],
  ])("after %d %j pauses for %s seconds", (status, headers, seconds) => {
    expect(pauseAfter(status, headers)).toBe(seconds);
  });
});
