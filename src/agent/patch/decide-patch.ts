// Whether what an agent changed may be published, and which of it must be taken back. A gate is never passed by
// changing it.
import { matchesGlob } from "node:path/posix";
import type { Stage } from "../../resources/run-identity.ts";

/** One file of a change. */
export interface Change {
  readonly path: string;
  /** Octal file mode after the change; `000000` where it is deleted. */
  readonly mode: string;
  readonly added: boolean;
  readonly deleted: boolean;
}

export interface PatchPolicy {
  readonly stage: Stage;
  /** Where the stage `docs` may write: the folder that holds .taskmaster; `.` for the root. */
  readonly docsDirectory: string;
  readonly protectedPaths: readonly string[];
}

export interface PatchDecision {
  /** What forbids the change as a whole; each names the path and the rule. */
  readonly refusals: readonly string[];
  /** Paths whose change is taken back: they define a gate. */
  readonly restore: readonly string[];
}

/** Regular file, executable file. Symbolic links (120000) and submodules (160000) lead out of the tree. */
const MODES_ALLOWED: ReadonlySet<string> = new Set(["100644", "100755"]);

/** Files that give rights or run with secrets; no stage may change them. */
const NEVER = [
  ".github/workflows/**",
  ".github/actions/**",
  ".gitmodules",
  "CODEOWNERS",
  ".github/CODEOWNERS",
  "docs/CODEOWNERS",
];

/** What steers coding agents, wherever in the tree they find it. */
const AGENT_CONFIGURATION = [
  "**/.claude/**",
  "**/.codex/**",
  "**/.gemini/**",
  "**/.mcp.json",
  "**/CLAUDE.md",
  "**/CLAUDE.local.md",
  "**/AGENTS.md",
  "**/AGENTS.override.md",
  "**/GEMINI.md",
];

/** What steers gates besides the repository's own list. */
const ALWAYS_PROTECTED = [...AGENT_CONFIGURATION, ".runyard.yaml", ".husky/**"];

/** What a test is called; the stage `tests` may change nothing else. */
const TEST_PATHS = [
  /(^|\/)(tests?|__tests__|spec|e2e)\//,
  /\.(test|spec)\.[A-Za-z0-9]+$/,
  /_test\.[A-Za-z0-9]+$/,
  /(^|\/)test_[^/]+$/,
];

export function decidePatch(changes: readonly Change[], policy: PatchPolicy): PatchDecision {
  const restore = changes.map(({ path }) => path).filter((path) => isProtected(path, policy.protectedPaths));
  const restored = new Set(restore);
  const refusals = changes.flatMap((change) => {
    const strange = strangeName(change.path);
    if (strange !== undefined) return [`${printable(change.path)}: ${strange}`];
    return restored.has(change.path) ? [] : refusalsOf(change, policy);
  });
  return { refusals, restore };
}

/** True: gates believe only the base branch's version of it. */
export function isProtected(path: string, protectedPaths: readonly string[]): boolean {
  return [...ALWAYS_PROTECTED, ...protectedPaths].some((glob) => matches(path, glob));
}

/** True: a coding agent may read its orders there. */
export function isAgentConfiguration(path: string): boolean {
  return AGENT_CONFIGURATION.some((glob) => matches(path, glob));
}

/** Globs of Node, but `*` and `**` match names that begin with a dot too: nothing is unprotected for being hidden. */
function matches(path: string, glob: string): boolean {
  return matchesGlob(path.replaceAll(/(^|\/)\./g, `$1${DOT}`), glob.replaceAll(/(^|[/{,(|])\./g, `$1${DOT}`));
}

/** Stands for a leading dot; a name that has it is taken for one with a dot. */
const DOT = "\u2024";

function refusalsOf({ path, mode, deleted }: Change, { stage, docsDirectory }: PatchPolicy): readonly string[] {
  if (!deleted && !MODES_ALLOWED.has(mode)) {
    return [`${path}: mode ${mode} is refused; only regular files are published, no links and no submodules`];
  }
  if (NEVER.some((glob) => matches(path, glob))) return [`${path}: no agent changes it; a person must`];
  if (stage === "tests" && !TEST_PATHS.some((pattern) => pattern.test(path))) {
    return [`${path}: the stage tests adds tests only; what is wrong in the implementation goes into its message`];
  }
  const taskFolder = docsDirectory === "." ? ".taskmaster/" : `${docsDirectory}/.taskmaster/`;
  if (stage === "docs" && !path.startsWith(taskFolder))
    return [`${path}: the stage docs writes below ${taskFolder} only`];
  return [];
}

function strangeName(path: string): string | undefined {
  const parts = path.split("/");
  if (parts.some((part) => part === ".." || part === "." || part === "")) return "leads out of the tree";
  if (parts.some((part) => isGitName(part))) return "touches git's own files";
  // Control and direction characters make a name look like another.
  if (/[\p{Cc}\p{Cf}\ufffd]/u.test(path)) return "has characters that hide what it is";
  return path.length > PATH_LENGTH_MAX ? `is longer than ${PATH_LENGTH_MAX}` : undefined;
}

const PATH_LENGTH_MAX = 500;

/** `.git` as any file system may see it: without case, with dots or spaces behind, or by its short name. */
function isGitName(part: string): boolean {
  return /^(\.git|git~\d+)[ .]*$/i.test(part.normalize("NFKC").replaceAll(/\p{Cf}/gu, ""));
}

function printable(path: string): string {
  return JSON.stringify(path).slice(1, -1).slice(0, 200);
}
