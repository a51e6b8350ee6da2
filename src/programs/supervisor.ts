// Runs pods on one machine, one at a time, apart from the engine. Started by the engine with the path of its socket.
import { appendFileSync, closeSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { serveSupervisor } from "../platform/embedded/supervisor/supervisor-server.ts";

const [socketPath] = process.argv.slice(2);
if (socketPath === undefined) {
  console.error("usage: supervisor SOCKET (the engine starts it; it is of no use by hand)");
  process.exit(2);
}
closeInheritedFiles();
process.chdir(dirname(socketPath));
// Its standard streams lead nowhere, so a crash is written where the runner finds it. Its containers die with it.
process.on("uncaughtException", (error) => {
  appendFileSync(`${socketPath}.crash`, `${new Date().toISOString()} ${error.stack ?? error.message}\n`);
  process.exit(1);
});
// The engine's terminal and session are not ours; a stop comes over the socket.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
await serveSupervisor(socketPath);

/**
 * Whatever the engine was started with (a terminal, a log pipe, a lock) would go on into the containers. Node opens its
 * own files close-on-exec (flag 02000000 in fdinfo); what is without it came from outside.
 */
function closeInheritedFiles(): void {
  for (const name of readdirSync("/proc/self/fd")) {
    if (Number(name) <= 2) continue;
    try {
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, "utf8"))?.[1] ?? "";
      if ((Number.parseInt(flags, 8) & 0o2000000) === 0) closeSync(Number(name));
    } catch {
      // The descriptor that listed the directory is gone by now.
    }
  }
}
