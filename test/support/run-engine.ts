// The engine as a program of its own, for tests that kill it. Reads EngineOptions (without the environment, which is its
// own) as JSON from its first argument, prints one line of JSON when it is ready, and ends on SIGTERM, or when the test
// that started it is gone. With a plan for its death it kills itself, maybe before it is ready.
import { keepCompiledCode } from "../../src/platform/node/compile-cache.ts";
import type { EngineOptions } from "../../src/programs/engine.ts";
import { followDeathPlan, type DeathPlan } from "./death-plan.ts";

const { deathPlan, ...options } = JSON.parse(process.argv[2] ?? "{}") as Omit<EngineOptions, "environment"> & {
  readonly deathPlan?: DeathPlan;
};
const death = deathPlan === undefined ? {} : { interception: followDeathPlan(deathPlan) };

try {
  keepCompiledCode(options.dataDirectory);
  const { startEngine } = await import("../../src/programs/engine.ts");
  const engine = await startEngine({ ...options, ...death, environment: process.env });
  const { apiUrl, webhookUrl, kubeconfigPath } = engine;
  const end = (): void => {
    void engine.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", end);
  process.stdin.once("end", end).resume();
  process.stdout.write(`${JSON.stringify({ apiUrl, webhookUrl, kubeconfigPath })}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
