// Runs one pod that looks around in its sandbox, and prints what it found as JSON. A program of its own, so that a test
// can run it as another user. Arguments: the data directory.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createPlainServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { openSupervisedPodRunner } from "../../src/platform/embedded/supervised-pod-runner.ts";
import { podOf, readLogs, SEARCH_PATH, waitFor } from "./pods.ts";

const [dataDirectory = ""] = process.argv.slice(2);
const gatewaySocket = join(dataDirectory, "gateway", "gateway.sock");
const abstractName = `runyard-probe-${String(process.pid)}`;

const host = createServer((_, response) => response.end("the host answered"));
await new Promise<void>((resolve) => {
  host.listen(0, "127.0.0.1", resolve);
});
const abstract = createPlainServer((socket) => socket.end("the host answered"));
await new Promise<void>((resolve) => {
  abstract.listen({ path: `\0${abstractName}` }, resolve);
});
const gateway = createServer((_, response) => response.end("the gateway answered"));
await mkdir(join(dataDirectory, "gateway"));
await new Promise<void>((resolve) => {
  gateway.listen({ path: gatewaySocket }, resolve);
});
await chmod(gatewaySocket, 0o666);
await writeFile(join(dataDirectory, "secret"), "canary", { mode: 0o644 });

// Given to the supervisor's starter, and so never to be seen inside.
process.env["CANARY"] = "canary-in-the-environment";

const PROBE = `
const fs = require("node:fs"), net = require("node:net"), dns = require("node:dns/promises");
const tryTo = (work) => { try { return work(); } catch (error) { return error.code; } };
const connect = (options) => new Promise((resolve) => {
  const socket = net.connect(options, () => { resolve("connected"); socket.destroy(); });
  socket.setTimeout(3000, () => { resolve("timeout"); socket.destroy(); });
  socket.on("error", (error) => resolve(error.code));
});
(async () => {
  const [port, name, data] = process.argv.slice(2);
  const processes = fs.readdirSync("/proc").filter((entry) => /^[0-9]+$/.test(entry));
  const text = (await (await fetch(process.env.RUNYARD_GATEWAY_URL)).text());
  console.log(JSON.stringify({
    mounts: fs.readFileSync("/proc/self/mountinfo", "utf8").trim().split("\\n").map((line) => line.split(" ")[4]),
    status: fs.readFileSync("/proc/self/status", "utf8"),
    uid: process.getuid(),
    processes: processes.map((pid) => tryTo(() => fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0").join(" "))),
    environments: processes.map((pid) => tryTo(() => fs.readFileSync("/proc/" + pid + "/environ", "utf8"))),
    descriptors: fs.readdirSync("/proc/self/fd").map((fd) => tryTo(() => fs.readlinkSync("/proc/self/fd/" + fd))),
    environment: process.env,
    secret: tryTo(() => fs.readFileSync(data + "/secret", "utf8")),
    roots: fs.readdirSync("/"), run: fs.readdirSync("/run"), runyard: fs.readdirSync("/run/runyard"), home: fs.readdirSync("/home"), etc: fs.readdirSync("/etc"),
    write: ["/x", "/usr/x", "/etc/x", "/opt/runyard/x", "/run/x"].map((path) => tryTo(() => fs.writeFileSync(path, ""))),
    scratch: ["/tmp/x", process.env.HOME + "/x", "/dev/shm/x"].map((path) => tryTo(() => fs.writeFileSync(path, "")) ?? "written"),
    tokenMode: (fs.statSync("/var/run/token/token").mode & 0o777).toString(8),
    token: fs.readFileSync("/var/run/token/token", "utf8"),
    gateway: text,
    reached: {
      host: await connect({ host: "127.0.0.1", port: Number(port) }),
      metadata: await connect({ host: "169.254.169.254", port: 80 }),
      internet: await connect({ host: "1.1.1.1", port: 443 }),
      internet6: await connect({ host: "2606:4700:4700::1111", port: 443 }),
      abstract: await connect({ path: "\\0" + name }),
      docker: await connect({ path: "/var/run/docker.sock" }),
      dns: await dns.lookup("example.com").then(() => "resolved", (error) => error.code),
      resolver: await dns.resolve4("example.com").then(() => "resolved", (error) => error.code),
    },
  }));
})();
`;

const runner = await openSupervisedPodRunner({ dataDirectory, path: SEARCH_PATH, gatewaySocket });
const pod = podOf(
  {
    name: "agent",
    command: ["/opt/runyard/node", "/var/run/probe/probe.cjs"],
    args: [String((host.address() as AddressInfo).port), abstractName, dataDirectory],
    volumeMounts: [
      { name: "probe", mountPath: "/var/run/probe" },
      { name: "token", mountPath: "/var/run/token" },
    ],
  },
  {
    volumes: [
      { name: "probe", configMap: { name: "probe" } },
      { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token", audience: "gateway" } }] } },
    ],
  },
);
await runner.start(pod, {
  probe: [{ path: "probe.cjs", content: PROBE }],
  token: [{ path: "token", content: "a-token", mode: 0o600 }],
});
const state = await waitFor(runner, pod);
const log = await readLogs(runner, pod, "agent");
await runner.close();
for (const server of [host, abstract, gateway]) server.close();
console.log(JSON.stringify({ state, log }));
