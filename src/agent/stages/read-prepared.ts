// What `prepare` left for the containers after it, in a volume that only it may write.
import type { StageContainer } from "../container.ts";
import { ENDING_FILE, PREPARED_FILE, type Ending, type Prepared } from "../prepared.ts";

export async function readPrepared({ files, directories }: StageContainer): Promise<Prepared> {
  const text = await files.read(`${directories.source}/${PREPARED_FILE}`);
  if (text === undefined) throw new Error(`${PREPARED_FILE} is missing: prepare did not finish`);
  return JSON.parse(text) as Prepared;
}

/** How `prepare` ended before its work was done; undefined when it was. */
export async function readEnding({ files, directories }: StageContainer): Promise<Ending | undefined> {
  const text = await files.read(`${directories.source}/${ENDING_FILE}`);
  return text === undefined ? undefined : (JSON.parse(text) as Ending);
}

/** Where what the branch holds is deployed, for gates. */
export function deploymentVariable(prepared: Prepared): Readonly<Record<string, string>> {
  return prepared.deploymentUrl === undefined ? {} : { RUNYARD_DEPLOYMENT_URL: prepared.deploymentUrl };
}
