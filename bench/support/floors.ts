// What the machine itself needs: nothing that Runyard does can be faster than these.
import { execFile } from "node:child_process";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildTrialArguments } from "../../src/platform/embedded/sandbox/build-sandbox-arguments.ts";
import { checkSandbox } from "../../src/platform/embedded/sandbox/check-sandbox.ts";
import { readHostLayout } from "../../src/platform/embedded/sandbox/read-host-layout.ts";
import { median, rate, timed, type Quantity } from "./figure.ts";

const run = promisify(execFile);
const RUN = { timeout: 20_000 } as const;
/** A page and its header: what the smallest transaction appends to the log of SQLite. */
const APPENDED_BYTES = 4120;

/** Milliseconds of an append that is on the disk when it ends (median). */
export async function syncFloor(directory: string, count = 100): Promise<Quantity> {
  const file = await open(join(directory, "floor.log"), "w");
  const bytes = Buffer.alloc(APPENDED_BYTES, 1);
  const times: number[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      times.push(
        await timed(async () => {
          await file.write(bytes);
          await file.datasync();
        }),
      );
    }
  } finally {
    await file.close();
  }
  return { name: "fdatasync", value: median(times), unit: "ms" };
}

/** Milliseconds until Node has started and ended (median). */
export async function nodeFloor(count = 7): Promise<Quantity> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    times.push(await timed(() => run(process.execPath, ["-e", ""], RUN)));
  }
  return { name: "Node start", value: median(times), unit: "ms" };
}

/** Runs `true` in a sandbox like those of containers. Throws, with the remedy, where there is none. */
export async function sandboxedTrue(): Promise<() => Promise<unknown>> {
  const path = process.env["PATH"] ?? "/usr/bin:/bin";
  const check = await checkSandbox({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, path });
  if (check.kind === "unavailable") throw new Error(`no sandbox: ${check.cause.message} Fix: ${check.cause.fix}`);
  const trial = buildTrialArguments(check.identity, await readHostLayout());
  const words = [...trial.options, "--", ...trial.command];
  return async () => await run(check.bubblewrap, words, { ...RUN, env: {} });
}

/** Milliseconds of a sandbox around `true`, one after the other (median). */
export async function sandboxFloor(count = 9): Promise<Quantity> {
  const start = await sandboxedTrue();
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await timed(start));
  return { name: "bubblewrap spawn", value: median(times), unit: "ms" };
}

/** Sandboxes per second, several at once. */
export async function sandboxRate(atOnce: number, count = 60): Promise<Quantity> {
  const start = await sandboxedTrue();
  return { name: "bubblewrap spawns", value: await rate(count, atOnce, start), unit: "/s" };
}

/** Milliseconds of a clone of a small local repository (median). */
export async function cloneFloor(directory: string, count = 5): Promise<Quantity> {
  const source = join(directory, "clone-source");
  await mkdir(source);
  await writeFile(join(source, "README.md"), "# Shop\n");
  const git = (...words: readonly string[]) =>
    run("git", ["-c", "user.name=bench", "-c", "user.email=bench@example.org", ...words], { ...RUN, cwd: source });
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "-m", "First");
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const target = join(directory, `clone-${index}`);
    times.push(await timed(() => git("clone", "--quiet", "--no-local", source, target)));
  }
  return { name: "git clone", value: median(times), unit: "ms" };
}
