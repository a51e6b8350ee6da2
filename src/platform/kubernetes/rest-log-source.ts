// Container logs from an API server. Source: Kubernetes API reference, Pod, "read log of the specified Pod".
import { POD } from "../../resources/pod.ts";
import type { LogSource } from "../log-source.ts";
import { objectPath } from "./resource-path.ts";
import type { RestClient } from "./rest-client.ts";

/** A container may be silent for long: what ends a followed log is its end, or the caller. */
const IDLE_MS = 6 * 3_600_000;

export function createRestLogSource(client: RestClient): LogSource {
  return {
    read: ({ pod, container, follow, tailLines, sinceSeconds, timestamps, signal }) =>
      client.stream({
        path: objectPath(POD, pod, "log"),
        query: {
          container,
          follow: follow === true ? "true" : undefined,
          timestamps: timestamps === true ? "true" : undefined,
          tailLines: tailLines?.toString(),
          sinceSeconds: sinceSeconds?.toString(),
        },
        idleMs: IDLE_MS,
        ...(signal !== undefined && { signal }),
      }),
  };
}
