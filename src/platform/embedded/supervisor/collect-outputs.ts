// Reads what a container left behind: its termination message and the output files that were asked for.
import { constants, open } from "node:fs/promises";
import type { CollectedOutputs } from "../../pod-runner.ts";
import { openFileBeneath } from "../sandbox/open-beneath.ts";
import { isMissing } from "./pod-directory.ts";
import type { ContainerPlan } from "./pod-plan.ts";

/** As the kubelet: the last bytes are kept. */
export const TERMINATION_MESSAGE_BYTES_MAX = 4096;
/** Standard output kept as an output; Argo's limit for `outputs.result`. */
export const RESULT_BYTES_MAX = 256 * 1024;
/** One output file; more is cut off. Argo keeps parameters within an object, whose limit is 1.5 MB in all. */
export const OUTPUT_FILE_BYTES_MAX = 256 * 1024;

export async function readTerminationMessage(path: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - TERMINATION_MESSAGE_BYTES_MAX);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, TERMINATION_MESSAGE_BYTES_MAX)), {
        position: start,
      });
      return buffer.subarray(0, bytesRead).toString("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}

/** Undefined when nothing was asked for. */
export async function collectOutputs(
  plan: ContainerPlan,
  result: Buffer | undefined,
): Promise<CollectedOutputs | undefined> {
  if (result === undefined && plan.outputs.length === 0) return undefined;
  const files: Record<string, string | null> = {};
  for (const output of plan.outputs) files[output.path] = await readOutput(output.root, output.relative);
  return { ...(result === undefined ? {} : { result: result.toString("utf8").replace(/\n$/, "") }), files };
}

async function readOutput(root: string, relative: string): Promise<string | null> {
  const file = await openFileBeneath(root, relative);
  if (file === undefined) return null;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, OUTPUT_FILE_BYTES_MAX)), { position: 0 });
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}
