// Runs pods where there is no kubelet. One supervisor process per pod owns its containers, logs and exit codes
// and outlives the engine; the runner starts, finds, stops and forgets supervisors.
import type { Pod } from "../resources/pod.ts";

/** The contents of one file of a volume. */
export interface VolumeFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Default 0644; tokens 0600 owned by the pod's user. */
  readonly mode?: number;
}

/** Volumes with their contents resolved by the pod controller: configMap and projected ones; emptyDir has none. */
export type VolumeFiles = Readonly<Record<string, readonly VolumeFile[]>>;

export interface ContainerResult {
  readonly name: string;
  readonly state: "waiting" | "running" | "terminated";
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  /** Completed, Error, OOMKilled, DeadlineExceeded. */
  readonly reason?: string;
  /** What was written to the termination log, at most 4096 bytes. */
  readonly message?: string;
}

/** Output files asked for with the annotation COLLECT_OUTPUTS, by container; null: the file does not exist. */
export interface CollectedOutputs {
  /** Standard output of the container, one trailing newline removed, the last 256 KiB. */
  readonly result?: string;
  readonly files: Readonly<Record<string, string | null>>;
}

/** LimitsNotEnforced: no control group could be made. NotSandboxed: the operator switched sandboxes off by name. */
export interface PodNote {
  readonly type: "LimitsNotEnforced" | "NotSandboxed";
  readonly message: string;
}

export interface PodState {
  /** The supervisor is alive, or it has written its final state. Neither: the pod is lost. */
  readonly lost: boolean;
  readonly finished: boolean;
  readonly startedAt?: string;
  readonly initContainers: readonly ContainerResult[];
  readonly containers: readonly ContainerResult[];
  readonly outputs: Readonly<Record<string, CollectedOutputs>>;
  /** What does not hold for this pod although it should; each becomes a condition of the pod. */
  readonly notes: readonly PodNote[];
  /** Set when the pod could not start or was ended from outside: what happened, what it means, what to do. */
  readonly failure?: { readonly reason: string; readonly message: string };
}

export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

export interface PodRunner {
  /**
   * Starts the pod's supervisor, or finds the one that runs. Repeatable: one supervisor per pod uid. Forbidden, with a
   * hint, when containers cannot be kept apart here: the pod is refused. Unavailable: try again.
   */
  start(pod: Pod, files: VolumeFiles): Promise<void>;
  /** Undefined: no supervisor was ever started for this uid. */
  observe(uid: string): Promise<PodState | undefined>;
  /** Replaces the files of one volume in place (rotated tokens). */
  refresh(uid: string, volume: string, files: readonly VolumeFile[]): Promise<void>;
  /** SIGTERM to every container, SIGKILL after the grace period. Repeatable. */
  stop(uid: string, graceSeconds: number): Promise<void>;
  /** Forgets the pod and removes its directory; its logs go with it. Only after it has finished. */
  remove(uid: string): Promise<void>;
  logs(uid: string, container: string, options: LogOptions): AsyncIterable<Uint8Array>;
  /** Yields the uid of a pod whose state changed; ends with the signal. Changes may be merged. */
  changes(signal: AbortSignal): AsyncIterable<string>;
}

/**
 * Annotation on a pod: which outputs its supervisor reads when a container ends, as JSON
 * `{ "<container>": { "result": true, "files": ["/path", …] } }`. Used by workflow steps.
 */
export const COLLECT_OUTPUTS = "runyard.dev/collect-outputs";

/** Annotation on a pod, written by the pod controller: JSON of `Record<container, CollectedOutputs>`. */
export const POD_OUTPUTS = "runyard.dev/outputs";
