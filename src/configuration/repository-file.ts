// .runyard.yaml, read from the base branch only: what a repository says about its gates. Its schema is published as
// docs/reference/runyard-yaml.schema.json.
import { z } from "zod";
import { LanguageError } from "../languages/language-error.ts";
import { parseYaml } from "../languages/yaml.ts";
import { describeIssues } from "./describe-issues.ts";

export const REPOSITORY_FILE = ".runyard.yaml";

const command = z.string().min(1).describe("A shell command, run in the working tree; exit code 0 passes.");
const commands = z.array(command).max(50);

export const REPOSITORY_FILE_SCHEMA = z.strictObject({
  setup: commands.default([]).describe("Prepares a fresh clone, for example npm ci."),
  gates: z
    .strictObject({
      author: commands.optional(),
      clippy: commands.optional(),
      tests: commands.optional(),
      deploy: commands.optional(),
      acceptance: commands.optional(),
      docs: commands.optional(),
    })
    .default({})
    .describe("Commands of each stage; a stage passes when all of its commands do."),
  protectedPaths: z
    .array(z.string().min(1))
    .max(200)
    .default([])
    .describe(
      "Files that define a gate, as globs: taken from the base branch in verify. `tests` may change none of them either.",
    ),
  deploy: z
    .strictObject({
      waitFor: z
        .strictObject({
          checks: z.array(z.string()).default([]).describe("Names of check runs."),
          workflows: z.array(z.string()).default([]).describe("Names of Actions workflows."),
          deployments: z.array(z.string()).default([]).describe("Environments."),
        })
        .default({ checks: [], workflows: [], deployments: [] }),
      timeoutSeconds: z.int().min(1).max(86_400).default(1800),
    })
    .optional()
    .describe("What must have succeeded on the head before acceptance."),
  egress: z
    .strictObject({
      allow: z
        .array(
          z
            .string()
            .regex(/^(\*\.)?[A-Za-z0-9.-]+$/, "must be a host name alone, such as example.com or *.example.com"),
        )
        .max(50)
        .default([]),
    })
    .default({ allow: [] })
    .describe("Hosts that setup and gates may reach through the gateway."),
});

export type RepositoryFile = z.infer<typeof REPOSITORY_FILE_SCHEMA>;

/** A repository without a file: no gates of its own. */
export const EMPTY_REPOSITORY_FILE: RepositoryFile = REPOSITORY_FILE_SCHEMA.parse({});

/** Parses the text. LanguageError names every wrong field with its path. */
export function parseRepositoryFile(text: string): RepositoryFile {
  const result = REPOSITORY_FILE_SCHEMA.safeParse(parseYaml(text) ?? {});
  if (result.success) return result.data;
  const problems = describeIssues(result.error.issues, { schema: REPOSITORY_FILE_SCHEMA, whole: "the file" });
  throw new LanguageError(`${REPOSITORY_FILE} of the base branch is refused: ${problems.join("; ")}`);
}
