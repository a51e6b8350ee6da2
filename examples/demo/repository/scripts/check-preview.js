// The service must be able to start with what deploy/preview.json sets.
import { readFileSync } from "node:fs";
import { readSettings } from "../src/settings.js";

const environment = JSON.parse(readFileSync("deploy/preview.json", "utf8"));
try {
  readSettings(environment);
  process.stdout.write("preview: deploy/preview.json sets all that the service needs\n");
} catch (error) {
  process.stderr.write(`preview: ${error.message} in deploy/preview.json\n`);
  process.exit(1);
}
