// The first commit of a repository that is configured with files.

import type { BareRepository } from "./bare-repository.ts";
import type { Signature } from "./commit.ts";
import { runGit } from "./run-git.ts";

/** Commits `files` (path to text) on the branch; files that start with `#!` become executable. Returns the SHA. */
export async function writeFirstCommit(
  repository: BareRepository,
  branch: string,
  files: Readonly<Record<string, string>>,
  by: Signature,
): Promise<string> {
  const seconds = Math.floor(Date.parse(by.date) / 1000);
  const message = "Initial commit";
  const stream = [
    `commit refs/heads/${branch}`,
    `committer ${by.name} <${by.email}> ${seconds} +0000`,
    `data ${message.length}`,
    message,
    ...Object.entries(files).flatMap(([path, text]) => [
      `M ${text.startsWith("#!") ? "100755" : "100644"} inline ${path}`,
      `data ${Buffer.byteLength(text)}`,
      text,
    ]),
    "",
  ].join("\n");
  await runGit({ directory: repository.directory, args: ["fast-import", "--quiet"], input: stream });
  return (await repository.git("rev-parse", `refs/heads/${branch}`)).trim();
}
