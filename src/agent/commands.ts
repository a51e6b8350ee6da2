// The commands of the agent program: one per container of an agent pod. Every expected ending becomes an outcome; only
// infrastructure trouble is an error, and what can be repeated is tried again before it becomes one.
import type { AgentContainer, RunOutcome } from "../configuration/run-file.ts";
import { hasCode } from "../platform/errors.ts";
import { StageEnding, type StageContainer } from "./container.ts";
import { readSecretForms } from "./hide-secrets.ts";
import { ENDING_FILE, type Ending } from "./prepared.ts";
import { readEnding } from "./stages/read-prepared.ts";

type Command = (container: StageContainer) => Promise<RunOutcome>;

/** Each container loads its own command only: loading is most of what a container's start costs. */
const LOADERS = {
  prepare: () => import("./stages/prepare.ts"),
  agent: () => import("./stages/run-agent-stage.ts"),
  verify: () => import("./stages/verify.ts"),
  publish: () => import("./stages/publish.ts"),
} as const;

const COMMANDS: Readonly<Record<AgentContainer, Command>> = {
  prepare: async (container) => await again(container, (await LOADERS.prepare()).prepare),
  // Neither is repeated: a model would be paid twice, and gates answer what they answer.
  agent: async (container) => await (await LOADERS.agent()).runAgentStage(container),
  verify: async (container) => await (await LOADERS.verify()).verify(container),
  publish: async (container) => await again(container, (await LOADERS.publish()).publish),
};

/** Loads what any container may need, so that what Node has compiled of it can be kept. */
export async function loadCommands(): Promise<void> {
  await Promise.all(Object.values(LOADERS).map(async (load) => await load()));
}

/** Runs one container to its outcome. What throws is infrastructure trouble. */
export async function runCommand(
  name: AgentContainer,
  given: Omit<StageContainer, "secretForms">,
): Promise<RunOutcome> {
  const container = { ...given, secretForms: await readSecretForms(given) };
  try {
    const ending = name === "prepare" ? undefined : await readEnding(container);
    if (ending === undefined) return await COMMANDS[name](container);
    if (name === "publish") {
      const { publishEnding } = await LOADERS.publish();
      return await again(container, () => publishEnding(container, ending));
    }
    return failed(name, ending);
  } catch (error) {
    const ending = endingOf(error);
    if (ending === undefined) throw error;
    if (name === "prepare") await leaveEnding(container, ending);
    return failed(name, ending);
  }
}

/** Pauses between the tries of what GitHub or the gateway could not do just now. */
const PAUSES_MS = [5_000, 20_000, 60_000];

async function again(container: StageContainer, command: Command): Promise<RunOutcome> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await command(container);
    } catch (error) {
      if (!hasCode(error, "Unavailable", "Timeout")) throw error;
      container.log.write("warn", `tried again in ${pauseMs / 1000} s: ${error.message}`);
      await container.clock.sleep(pauseMs);
    }
  }
  return command(container);
}

/** A lane that has gone on ends a run wherever it is. */
function endingOf(error: unknown): StageEnding | undefined {
  if (error instanceof StageEnding) return error;
  return hasCode(error, "Conflict") ? new StageEnding("Superseded", error.message) : undefined;
}

async function leaveEnding({ files, directories }: StageContainer, ending: StageEnding): Promise<void> {
  const { reason, message, ownHead } = ending;
  const left: Ending = { version: 1, reason, message, ownHead };
  await files.write(`${directories.source}/${ENDING_FILE}`, JSON.stringify(left));
}

function failed(
  container: AgentContainer,
  { reason, message }: { readonly reason: string; readonly message: string },
): RunOutcome {
  return { version: 1, container, result: "failed", reason, message };
}
