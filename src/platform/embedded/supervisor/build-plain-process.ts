// A container without a sandbox: the paths it knows do not exist on the host, so they are replaced by the host's
// wherever they stand in command, variables and working directory. Only used when the operator asked for it by name.
import type { ContainerPlan } from "./pod-plan.ts";

export interface PlainProcess {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

/** `paths`: what stands for Runyard's own places inside (/opt/runyard/…, home), by their name inside. */
export function buildPlainProcess(plan: ContainerPlan, paths: Readonly<Record<string, string>>): PlainProcess {
  const own = Object.entries(paths).map(([inside, outside]) => ({ inside, outside }));
  const mounted = plan.mounts.map((mount) => ({
    inside: mount.target,
    outside: mount.relative === "" ? mount.root : `${mount.root}/${mount.relative}`,
  }));
  const pairs = [...mounted, ...own].sort((a, b) => b.inside.length - a.inside.length);
  const replace = (text: string): string => replacePaths(text, pairs);
  return {
    command: plan.command.map(replace),
    environment: Object.fromEntries(Object.entries(plan.environment).map(([name, value]) => [name, replace(value)])),
    workingDirectory: replace(plan.workingDirectory),
  };
}

interface PathPair {
  readonly inside: string;
  readonly outside: string;
}

/** Replaces whole paths: `/work` in `cat /work/a`, not in `/home/work` nor `/workspace`. */
function replacePaths(text: string, pairs: readonly PathPair[]): string {
  const outside = new Map(pairs.toReversed().map((pair) => [pair.inside, pair.outside]));
  const names = pairs.map((pair) => pair.inside.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = new RegExp(`(?<![\\w./-])(${names.join("|")})(?![\\w.-])`, "g");
  return text.replaceAll(pattern, (found) => String(outside.get(found)));
}
