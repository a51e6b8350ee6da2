// A profile's system prompt: text, and before it what the profile brings along besides its words.
import { z } from "zod";
import { LanguageError } from "../languages/language-error.ts";
import { parseYaml } from "../languages/yaml.ts";
import { describeIssues } from "./describe-issues.ts";

const GATES_MAX = 50;

const mcpServer = z.strictObject({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});

const frontMatter = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  gates: z.array(z.string().min(1)).max(GATES_MAX).default([]),
  mcpServers: z.record(z.string(), mcpServer).default({}),
});

export interface ProfilePrompt {
  /** Run after the repository's own gates of the profile's stage. */
  readonly gates: readonly string[];
  /** stdio servers, by name; each command must be in mcpServersAllowed. */
  readonly mcpServers: Readonly<Record<string, z.infer<typeof mcpServer>>>;
  readonly prompt: string;
}

/** Reads `---` YAML `---` text, or a text alone. LanguageError names every wrong field of the front matter. */
export function readProfilePrompt(systemPrompt: string): ProfilePrompt {
  const match = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(systemPrompt);
  if (match === null) return { gates: [], mcpServers: {}, prompt: systemPrompt };
  const read = frontMatter.safeParse(parseYaml(String(match[1])) ?? {});
  if (read.success) return { gates: read.data.gates, mcpServers: read.data.mcpServers, prompt: String(match[2]) };
  const problems = describeIssues(read.error.issues, { schema: frontMatter, whole: "it" });
  throw new LanguageError(problems.join("; "));
}
