// A program for durability tests: opens the store of a directory, and writes one object after the other until it is
// killed. It prints the name of each object after its write was acknowledged.
import { writeSync } from "node:fs";
import { openSqliteResourceStore } from "../../src/platform/embedded/sqlite-resource-store.ts";
import { SYSTEM_CLOCK } from "../../src/platform/node/system-clock.ts";
import { CONFIG_MAP, SECRET } from "../../src/resources/core.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { RecordingLog } from "./recording-log.ts";

const [directory = "", prefix = ""] = process.argv.slice(2);
const store = await openSqliteResourceStore({ directory, kinds: KINDS, clock: SYSTEM_CLOCK, log: new RecordingLog() });
writeSync(1, "open\n");

/** Several at once, so that a kill comes into the middle of batches. */
await Promise.all(["one", "two", "three"].map((writer) => write(`${prefix}-${writer}`)));

async function write(name: string): Promise<void> {
  for (let count = 0; ; count += 1) {
    const metadata = { namespace: "alpha", name: `${name}-${count}` };
    const data = { value: Buffer.from(`value ${count}`).toString("base64") };
    if (count % 5 === 0) await store.create(SECRET, { apiVersion: "v1", kind: "Secret", metadata, data });
    else await store.create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
    writeSync(1, `${metadata.name}\n`);
  }
}
