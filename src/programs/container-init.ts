// First program of a container that speaks to the gateway or the API: tests that nothing else can be reached, listens on
// the container's loopback, then runs the command, passes signals on, and ends with its exit code.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { findOpenEgress } from "../platform/embedded/sandbox/egress.ts";
import { EGRESS_OPEN_EXIT_CODE, EGRESS_OPEN_PREFIX } from "../resources/pod.ts";
import { forwardPort, openUnixSocket } from "../platform/node/forward-port.ts";
import {
  API_PORT,
  API_SOCKET,
  COMPILE_CACHE_VARIABLE,
  COMPILED,
  GATEWAY_PORT,
  GATEWAY_SOCKET,
  TERMINATION_LOG,
} from "../platform/embedded/sandbox/sandbox-paths.ts";

const EXIT_CODE_NOT_FOUND = 127;

const separator = process.argv.indexOf("--");
const options = new Set(process.argv.slice(2, separator));
const [program, ...rest] = process.argv.slice(separator + 1);

if (options.has("--test-egress")) {
  const found = await findOpenEgress();
  if (found !== undefined) {
    const message = `${EGRESS_OPEN_PREFIX}${found}. The command was not started, because the sandbox must have no way out but the gateway.`;
    writeFileSync(TERMINATION_LOG, message);
    console.error(message);
    process.exit(EGRESS_OPEN_EXIT_CODE);
  }
}
// Without a sandbox the host's ports are shared, so the environment names the socket and the port is any free one.
const gatewaySocket = process.env["RUNYARD_GATEWAY_SOCKET"];
const apiSocket = process.env["RUNYARD_API_SOCKET"];
if (options.has("--gateway")) {
  const open = () => openUnixSocket(gatewaySocket ?? GATEWAY_SOCKET);
  const { port } = await forwardPort({ port: gatewaySocket === undefined ? GATEWAY_PORT : 0, open });
  process.env["RUNYARD_GATEWAY_URL"] = `http://127.0.0.1:${String(port)}`;
}
if (options.has("--api")) {
  const open = () => openUnixSocket(apiSocket ?? API_SOCKET);
  const { port } = await forwardPort({ port: apiSocket === undefined ? API_PORT : 0, open });
  process.env["KUBERNETES_SERVICE_PORT"] = String(port);
  process.env["KUBERNETES_SERVICE_PORT_HTTPS"] = String(port);
  process.env["KUBERNETES_PORT"] = `tcp://127.0.0.1:${String(port)}`;
}

// For this program alone: what the command's own Node compiles is no business of ours.
if (process.env[COMPILE_CACHE_VARIABLE] === COMPILED) delete process.env[COMPILE_CACHE_VARIABLE];

const child = spawn(program ?? "", rest, { stdio: "inherit" });
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const) {
  process.on(signal, () => child.kill(signal));
}
child.once("error", (error) => {
  console.error(`The command could not be started: ${error.message}`);
  process.exit(EXIT_CODE_NOT_FOUND);
});
child.once("exit", (code, signal) => {
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});
