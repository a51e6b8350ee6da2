// What a coding agent keeps between runs: its state folder as one archive, with its session, the session's id and usage,
// and its memory.
import { z } from "zod";
import { hasCode, PlatformError } from "../../platform/errors.ts";
import { SESSION_BYTES_MAX } from "../../platform/session-archive.ts";
import type { CodingAgent } from "../coding-agents/coding-agent.ts";
import type { StageContainer } from "../container.ts";
import type { Prepared } from "../prepared.ts";

const ARCHIVE = "state.tar";
const SESSION_FILE = "runyard-session.json";
const TAR_WALL_MS = 120_000;

const sessionShape = z.object({
  cli: z.string(),
  id: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
  usage: z.object({ input: z.number(), cacheRead: z.number(), cacheWrite: z.number(), output: z.number() }),
});

/**
 * Unpacks the archive below `directory` when the run goes on with a session or a memory. The session to continue;
 * undefined when there is none of this CLI, or the run is to begin a new one.
 */
export async function loadSession(container: StageContainer, directory: string): Promise<Prepared["session"]> {
  const { run, files } = container;
  if (!run.continueSession && run.overwriteMemory) return undefined;
  const archive = await container.sessions.load();
  if (archive === undefined) return undefined;
  await files.remove(directory);
  await files.write(`${directory}/${ARCHIVE}`, archive);
  await tar(container, directory, ["--extract", "--no-same-owner", "--file", ARCHIVE]);
  await files.remove(`${directory}/${ARCHIVE}`);
  const session = await readSession(container, directory);
  if (!run.continueSession) return undefined;
  return session?.cli === run.profile.cli ? { id: session.id, usage: session.usage } : undefined;
}

/** The archive comes from an agent: what is not understood is no session. */
async function readSession(
  { files }: StageContainer,
  directory: string,
): Promise<z.infer<typeof sessionShape> | undefined> {
  try {
    const text = await files.readUntrusted(`${directory}/${SESSION_FILE}`, SESSION_FILE_BYTES_MAX);
    return text === undefined ? undefined : sessionShape.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, "Invalid")) return undefined;
    throw error;
  }
}

const SESSION_FILE_BYTES_MAX = 64 * 1024;

/** What an agent finds in its memory before any run has written there. */
const NEW_MEMORY = `# Memory

What later runs of this task should know can be added to this file. It is kept with the session.
`;
const MEMORY_BYTES_MAX = 256 * 1024;

/** Makes the state folder from what `prepare` unpacked at `from`: all of it for a session, else the memory alone. */
export async function restoreState(
  container: StageContainer,
  agent: CodingAgent,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const { run, files } = container;
  const memory = `${to}/${agent.memoryFile}`;
  if (run.continueSession) await copyTree(container, from, to);
  else {
    await files.makeDirectory(to);
    const text = run.overwriteMemory ? undefined : await readMemory(container, `${from}/${agent.memoryFile}`);
    if (text !== undefined) await files.write(memory, text);
  }
  if (run.overwriteMemory) await files.remove(memory);
  if (!(await files.exists(memory))) await files.write(memory, NEW_MEMORY);
}

/** An earlier agent wrote it: what is no plain file of a moderate size is no memory. */
async function readMemory({ files, log }: StageContainer, path: string): Promise<string | undefined> {
  try {
    return await files.readUntrusted(path, MEMORY_BYTES_MAX);
  } catch (error) {
    if (!hasCode(error, "Invalid")) throw error;
    log.write("warn", `the agent's memory is not kept: ${error.message}`);
    return undefined;
  }
}

export async function copyTree(container: StageContainer, from: string, to: string): Promise<void> {
  await container.files.makeDirectory(to);
  if (!(await container.files.exists(from))) return;
  await container.runner.run({
    argv: ["cp", "-R", `${from}/.`, to],
    directory: "/",
    environment: { PATH: container.path },
    wallMs: 60_000,
  });
}

/** Stores the state folder; one that is too large is not stored, and the log says so. */
export async function storeSession(
  container: StageContainer,
  stateDirectory: string,
  session: NonNullable<Prepared["session"]>,
): Promise<void> {
  const { run, files, log } = container;
  await files.remove(`${stateDirectory}/${SESSION_FILE}`);
  await files.write(`${stateDirectory}/${SESSION_FILE}`, JSON.stringify({ cli: run.profile.cli, ...session }));
  const archive = `${container.directories.workspace}/${ARCHIVE}`;
  await tar(container, stateDirectory, ["--create", "--exclude=*.sock", "--exclude=./tmp", "--file", archive, "."]);
  try {
    const bytes = await files.readBytes(archive, SESSION_BYTES_MAX);
    if (bytes !== undefined) await container.sessions.store(bytes);
  } catch (error) {
    // What was done is worth more than being able to resume it.
    if (!(error instanceof PlatformError)) throw error;
    log.write("warn", `the session is not kept, a later run starts anew: ${error.message}`);
  } finally {
    await files.remove(archive);
  }
}

async function tar(container: StageContainer, directory: string, args: readonly string[]): Promise<void> {
  const result = await container.runner.run({
    argv: ["tar", ...args],
    directory,
    environment: { PATH: container.path, LC_ALL: "C.UTF-8" },
    wallMs: TAR_WALL_MS,
  });
  // 1: a file changed while it was read; the archive is whole.
  if (result.exitCode === 0 || result.exitCode === 1) return;
  container.log.write("warn", `the session archive could not be handled: ${result.stderr.slice(-300)}`);
}
