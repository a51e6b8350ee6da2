// Runs inside the containers of an agent pod (`agent prepare|agent|verify|publish`) and as a step of the orchestrator
// workflows (`agent admit|finish`). Each loads only what it needs: a pod starts four of these, and loading is most of a
// start. `agent load` loads everything and ends, so that what Node has compiled of it can be kept for the others.
import { writeFileSync } from "node:fs";
import { AGENT_CONTAINERS } from "../configuration/run-file.ts";
import { PlatformError } from "../platform/errors.ts";
import { LOG } from "./agent/surroundings.ts";

const terminationLog = process.env["RUNYARD_TERMINATION_LOG"] ?? "/dev/termination-log";
const MESSAGE_MAX = 1_000;

process.exitCode = await main(process.argv[2] ?? "");

async function main(name: string): Promise<number> {
  try {
    const container = AGENT_CONTAINERS.find((candidate) => candidate === name);
    if (container !== undefined) {
      const { runContainer } = await loadContainer();
      const { exitCode, message } = await runContainer(container);
      leave(message);
      return exitCode;
    }
    if (name === "admit" || name === "finish") {
      const { runWorkflowStep } = await loadWorkflowStep();
      await runWorkflowStep(name);
      return 0;
    }
    if (name === "load") {
      const [{ loadCommands }] = await Promise.all([
        import("../agent/commands.ts"),
        loadContainer(),
        loadWorkflowStep(),
      ]);
      await loadCommands();
      return 0;
    }
    console.error(`usage: agent ${[...AGENT_CONTAINERS, "admit", "finish"].join("|")}`);
    return 2;
  } catch (error) {
    LOG.write("error", `agent ${name} failed`, { error });
    leave(describe(error));
    return 1;
  }
}

function loadContainer() {
  return import("./agent/run-container.ts");
}

function loadWorkflowStep() {
  return import("./agent/run-workflow-step.ts");
}

/** The termination message: the outcome, or what went wrong. */
function leave(text: string): void {
  try {
    writeFileSync(terminationLog, text);
  } catch (error) {
    LOG.write("error", `${terminationLog} could not be written`, { error });
  }
}

function describe(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  const hint = error instanceof PlatformError && error.hint !== undefined ? ` (${error.hint})` : "";
  // Of a path or an answer that a message quotes, nothing that looks like a token may stay.
  return `${message}${hint}`
    .replaceAll(/[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/g, "***")
    .slice(0, MESSAGE_MAX);
}
