// The other ways out: tunnels to allowed hosts, package registries, and the archive of sessions.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, request as requestHttp, type Server as HttpServer } from "node:http";
import { connect as connectTcp, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GatewayWorld, type TestRun } from "../support/gateway-world.ts";

const execute = promisify(execFile);

let world: GatewayWorld;
let run: TestRun;
let agent: string;
/** Stands for every host of the internet; remembers what it was sent. */
let internet: Server;
/** The operator's proxy: the way to that internet. */
let proxy: HttpServer;
let registry: HttpServer;
const received: Buffer[] = [];
const opened: string[] = [];

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "inside.example.com": ["10.0.0.8"],
  "rebinding.example.com": ["93.184.216.34", "127.0.0.1"],
  "metadata.example.com": ["169.254.169.254"],
};

beforeAll(async () => {
  internet = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => received.push(chunk));
    socket.write("hello from outside");
  });
  proxy = createHttpServer();
  proxy.on("connect", (request, socket) => {
    opened.push(request.url ?? "");
    const remote = connectTcp(portOf(internet), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      remote.pipe(socket).pipe(remote);
    });
    for (const one of [remote, socket]) one.on("error", () => remote.destroy());
  });
  registry = createHttpServer(serveRegistry);
  for (const server of [internet, proxy, registry])
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const registries = [{ name: "npm", upstream: `http://127.0.0.1:${portOf(registry)}` }];
  world = await GatewayWorld.start({
    configuration: { registries },
    gateway: { resolve: async (host) => ADDRESSES[host] ?? [] },
  });
  run = await world.addRun({ pullRequest: 12 });
  agent = await run.token("agent");
});

afterAll(async () => {
  await world.stop();
  for (const server of [internet, proxy, registry]) server.close();
});

function portOf(server: Server | HttpServer): number {
  return (server.address() as AddressInfo).port;
}

interface Tunnel {
  readonly status: number;
  readonly reason: string | undefined;
  readonly socket: Socket;
}

function openTunnel(url: string, authority: string, token: string): Promise<Tunnel> {
  return new Promise((resolve, reject) => {
    const headers = { "proxy-authorization": `Bearer ${token}` };
    const outgoing = requestHttp(url, { method: "CONNECT", path: authority, headers });
    const done = (
      response: { statusCode?: number | undefined; headers: NodeJS.Dict<string | string[]> },
      socket: Socket,
    ) =>
      resolve({ status: response.statusCode ?? 0, reason: response.headers["x-runyard-reason"]?.toString(), socket });
    outgoing.on("connect", done);
    outgoing.on("response", (response) => done(response, response.socket));
    outgoing.on("error", reject);
    outgoing.end();
  });
}

async function allow(...hosts: string[]): Promise<Response> {
  const body = JSON.stringify({ allow: hosts });
  return await world.call("/run/egress", await run.token("prepare"), { method: "PUT", body });
}

describe("a tunnel", () => {
  it.each([
    ["a host that is not on the list", "other.example.com:443", "HostNotAllowed"],
    ["a name that only ends like an allowed one", "evil-inside.example.com:443", "HostNotAllowed"],
    ["a raw IPv4 address", "93.184.216.34:443", "HostNotAllowed"],
    ["a raw IPv6 address", "[2606:2800:220:1::1]:443", "HostNotAllowed"],
    ["an address in disguise", "0x7f000001:443", "HostNotAllowed"],
    ["another port", "inside.example.com:22", "HostNotAllowed"],
    ["this machine", "localhost:443", "HostNotAllowed"],
    ["a name that points inside", "inside.example.com:443", "AddressNotPublic"],
    ["a name that points inside among others", "rebinding.example.com:443", "AddressNotPublic"],
    ["the metadata service", "metadata.example.com:80", "AddressNotPublic"],
    ["a name without an address", "sub.wild.example.com:443", "Unavailable"],
  ])("is not opened to %s", async (_name, authority, reason) => {
    await allow("inside.example.com", "rebinding.example.com", "metadata.example.com", "*.wild.example.com");

    const tunnel = await openTunnel(world.gateway.url ?? "", authority, agent);

    expect(tunnel.reason).toBe(reason);
    tunnel.socket.destroy();
  });

  it("is for agent and verify only", async () => {
    const tunnel = await openTunnel(world.gateway.url ?? "", "x.example.com:443", await run.token("publish"));

    expect(tunnel.status).toBe(403);
    tunnel.socket.destroy();
  });

  it("needs a list of real host names, which only prepare hands over", async () => {
    const wrong = await allow("exa mple.com");
    const byAgent = await world.call("/run/egress", agent, { method: "PUT", body: '{"allow":["a.example.com"]}' });

    expect([wrong.status, byAgent.status]).toEqual([400, 403]);
    expect(await wrong.text()).toContain("[0]");
  });

  it("is opened through the operator's proxy to an allowed host, if TLS asks for the same name", async () => {
    const httpsProxy = `http://127.0.0.1:${portOf(proxy)}`;
    const behind = await GatewayWorld.start({ gateway: { upstream: { httpsProxy } } });
    const own = await behind.addRun();
    const body = '{"allow":["api.example.com","*.wild.example.com"]}';
    await behind.call("/run/egress", await own.token("prepare"), { method: "PUT", body });
    const token = await own.token("agent");

    const good = await openTunnel(behind.gateway.url ?? "", "api.example.com:443", token);
    const secure = connectTls({ socket: good.socket, servername: "api.example.com" });
    secure.on("error", () => secure.destroy());
    await until(() => received.length > 0);
    const before = received.length;
    const fronted = await openTunnel(behind.gateway.url ?? "", "a.wild.example.com:443", token);
    const other = connectTls({ socket: fronted.socket, servername: "elsewhere.example.com" });
    const ended = await new Promise<string>((resolve) => other.once("error", (error) => resolve(error.message)));

    expect([good.status, opened]).toEqual([200, ["api.example.com:443", "a.wild.example.com:443"]]);
    expect(Buffer.concat(received).toString("latin1")).toContain("api.example.com");
    expect(ended).not.toBe("");
    expect(received).toHaveLength(before);
    secure.destroy();
    await behind.stop();
  });
});

describe("a package registry", () => {
  it("is read through the gateway, tarballs included", async () => {
    const metadata = (await (await world.call("/registry/npm/left-pad", agent)).json()) as {
      versions: Record<string, { dist: { tarball: string } }>;
    };
    const tarball = metadata.versions["1.0.0"]?.dist.tarball ?? "";
    const archive = await world.call(tarball.replace(world.gateway.url ?? "", ""), agent);

    expect(tarball).toBe(`${world.gateway.url}/registry/npm/left-pad/-/left-pad-1.0.0.tgz`);
    expect(Buffer.from(await archive.arrayBuffer())).toEqual(packageOf("left-pad"));
  });

  it("serves a real npm install", async () => {
    const directory = join(world.directory, "project");
    await mkdir(directory);
    const { host } = new URL(world.gateway.url ?? "");
    await writeFile(
      join(directory, "package.json"),
      '{"name":"p","version":"1.0.0","dependencies":{"left-pad":"1.0.0"}}',
    );
    await writeFile(
      join(directory, ".npmrc"),
      `registry=${world.gateway.url}/registry/npm/\n//${host}/registry/npm/:_authToken=${agent}\naudit=false\nfund=false\n`,
    );

    await execute("npm", ["install", "--cache", join(directory, "cache"), "--no-update-notifier"], { cwd: directory });

    expect(await readFile(join(directory, "node_modules/left-pad/index.js"), "utf8")).toContain("pad");
  });

  it.each([
    ["that is not configured", "/registry/other/x", "GET", 404],
    ["that would be written", "/registry/npm/x", "PUT", 404],
    ["that redirects inside", "/registry/npm/redirect", "GET", 403],
  ])("%s is refused", async (_name, path, method, status) => {
    expect((await world.call(path, agent, { method })).status).toBe(status);
  });

  it("is not for publish", async () => {
    expect((await world.call("/registry/npm/left-pad", await run.token("publish"))).status).toBe(403);
  });
});

describe("the session archive", () => {
  it("gives prepare what an agent of the same profile left", async () => {
    const path = `/session/${world.github.repositoryIdOf("acme/shop")}/12/author`;

    const none = await world.call(path, await run.token("prepare"));
    const put = await world.call(path, agent, { method: "PUT", body: "a session" });
    const got = await world.call(path, await run.token("prepare"));

    expect([none.status, put.status]).toEqual([404, 204]);
    expect(await got.text()).toBe("a session");
  });

  it.each([
    ["another repository", "/session/1/12/author"],
    ["another pull request", "/session/ID/13/author"],
    ["another profile", "/session/ID/12/clippy"],
  ])("refuses %s", async (_name, path) => {
    const own = path.replace("ID", String(world.github.repositoryIdOf("acme/shop")));

    expect((await world.call(own, await run.token("prepare"))).status).toBe(403);
    expect((await world.call(own, agent, { method: "PUT", body: "x" })).status).toBe(403);
  });

  it("is read by prepare only", async () => {
    const path = `/session/${world.github.repositoryIdOf("acme/shop")}/12/author`;

    expect((await world.call(path, agent)).status).toBe(403);
    expect((await world.call(path, await run.token("prepare"), { method: "PUT", body: "x" })).status).toBe(403);
  });
});

describe("the gateway", () => {
  it("answers its health check, and nothing at unknown paths", async () => {
    expect((await world.call("/healthz", undefined)).status).toBe(200);
    expect((await world.call("/metrics/../secret", agent)).status).toBe(404);
  });
});

/** A tar archive with one file, as npm expects it. */
function packageOf(name: string): Buffer {
  const files = { "package/package.json": `{"name":"${name}","version":"1.0.0"}`, "package/index.js": "// pad\n" };
  const blocks = Object.entries(files).map(([path, content]) => {
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write("0000644\0", 100);
    header.write("0000000\0", 108);
    header.write("0000000\0", 116);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write("0", 156);
    header.write("ustar\0", 257);
    header.write("00", 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return Buffer.concat([header, Buffer.from(content.padEnd(512, "\0"))]);
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const serveRegistry: Parameters<typeof createHttpServer>[1] = (request, response) => {
  if (request.url === "/redirect") {
    response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
  } else if (request.url?.endsWith(".tgz") === true) {
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(packageOf("left-pad"));
  } else {
    const integrity = `sha512-${createHash("sha512").update(packageOf("left-pad")).digest("base64")}`;
    const tarball = `http://127.0.0.1:${portOf(registry)}/left-pad/-/left-pad-1.0.0.tgz`;
    const version = { name: "left-pad", version: "1.0.0", dist: { tarball, integrity } };
    const metadata = { name: "left-pad", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(metadata));
  }
};

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !condition(); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
