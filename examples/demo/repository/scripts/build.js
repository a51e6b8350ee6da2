// The build: everything that the service is made of must load. Node's own message tells what does not.
import { readdirSync } from "node:fs";

/** It listens as soon as it is loaded. */
const ENTRY = "server.js";

for (const name of readdirSync("src").filter((file) => file.endsWith(".js") && file !== ENTRY)) {
  await import(new URL(`../src/${name}`, import.meta.url));
}
process.stdout.write("build: every module loads\n");
