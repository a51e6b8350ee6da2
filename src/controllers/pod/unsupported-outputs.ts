// Which output files cannot be read when a container has ended: those in places that nobody may write to.
import { COLLECT_OUTPUTS } from "../../platform/pod-runner.ts";
import type { FieldRefusal } from "../../resources/pod-support.ts";
import type { Pod } from "../../resources/pod.ts";

const FIELD = `metadata.annotations[${COLLECT_OUTPUTS}]`;
const SYSTEM = /^\/(usr|bin|sbin|lib|lib32|lib64|libx32|etc|dev|proc|opt\/runyard|run\/runyard)\//;

export function unsupportedOutputs(pod: Pod): readonly FieldRefusal[] {
  const text = pod.metadata.annotations?.[COLLECT_OUTPUTS];
  if (text === undefined) return [];
  const requests = parse(text);
  if (requests === undefined) return [{ field: FIELD, message: "must be a JSON object" }];
  return Object.values(requests).flatMap((request) => filesOf(request).flatMap((path) => refusalOf(path)));
}

function refusalOf(path: string): readonly FieldRefusal[] {
  const isBelowRoot = path.lastIndexOf("/") === 0;
  if (path.startsWith("/") && !isBelowRoot && !SYSTEM.test(path) && !path.split("/").includes("..")) return [];
  const message = `${path}: an output must be a file below /tmp, a volume or a directory of its own; the root and the system are read-only`;
  return [{ field: FIELD, message }];
}

function filesOf(request: unknown): readonly string[] {
  if (typeof request !== "object" || request === null || !("files" in request) || !Array.isArray(request.files))
    return [];
  return request.files.map(String);
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
