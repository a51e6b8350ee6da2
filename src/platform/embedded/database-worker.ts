// What runs on the thread of database-thread.ts: opens the databases that it is asked for, each with a port of its own.
import { parentPort } from "node:worker_threads";
import type { DatabaseOpening } from "./database-thread.ts";
import { serveInbox } from "./event-inbox/serve-inbox.ts";
import { startStoreWriter } from "./store-writer.ts";

parentPort?.on("message", (opening: DatabaseOpening) => {
  if (opening.kind === "store") startStoreWriter(opening.settings, opening.port);
  else serveInbox(opening.settings, opening.port);
});
