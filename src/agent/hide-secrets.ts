// What a container was trusted with must not leave it through what its commands print: their output goes into logs,
// outcomes, check runs and prompts.
import type { ProcessRunner } from "../platform/process-runner.ts";
import { maskForms, secretForms } from "../platform/secret-forms.ts";
import type { StageContainer } from "./container.ts";

const SECRET_BYTES_MAX = 1024 * 1024;

/** The forms of the container's own token and of the secrets of its requirements, where they are mounted. */
export async function readSecretForms(container: Omit<StageContainer, "secretForms">): Promise<readonly string[]> {
  const forms = [...secretForms(container.token)];
  for (const path of Object.values(container.run.secretFiles)) {
    const value = await container.files.read(path, SECRET_BYTES_MAX);
    if (value !== undefined) forms.push(...secretForms(value.trim()));
  }
  return forms;
}

/** Runs the commands of repositories and agents: none of the container's secrets is in what they print. */
export function hideSecrets({ runner, secretForms: forms }: StageContainer): ProcessRunner {
  return {
    run: async (request) => {
      const { onLine } = request;
      const result = await runner.run({
        ...request,
        ...(onLine === undefined ? {} : { onLine: (line: string) => onLine(maskForms(line, forms)) }),
      });
      return { ...result, stdout: maskForms(result.stdout, forms), stderr: maskForms(result.stderr, forms) };
    },
    endOthers: () => runner.endOthers(),
  };
}
