// What a supervisor is told to run: made once by the runner, written into the pod's directory, and then obeyed.
// The supervisor takes no decision that needs the configuration, so it stays small and survives upgrades of the engine.
import type { SandboxIdentity, SandboxInstallation, HostLayout } from "../sandbox/build-sandbox-arguments.ts";

/** A directory or file of the host below `root`, which is ours; `relative` may have been shaped by a container. */
export interface PlannedMount {
  readonly root: string;
  /** "" for the root itself. */
  readonly relative: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface PlannedOutput {
  /** Inside the container. */
  readonly path: string;
  readonly root: string;
  readonly relative: string;
}

export interface ContainerLimits {
  readonly memoryBytes?: number;
  /** Cores. */
  readonly cpu?: number;
  readonly processesMax: number;
}

export interface ContainerPlan {
  readonly name: string;
  /** With the init in front when sockets are forwarded. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly mounts: readonly PlannedMount[];
  readonly terminationLog: string;
  readonly gateway: boolean;
  readonly api: boolean;
  readonly limits: ContainerLimits;
  /** Standard output is kept as the output `result`. */
  readonly keepResult: boolean;
  readonly outputs: readonly PlannedOutput[];
}

/** `none`: plain processes, because the operator asked for it by name. */
export type Isolation =
  | {
      readonly kind: "sandbox";
      readonly bubblewrap: string;
      readonly identity: SandboxIdentity;
      readonly host: HostLayout;
      readonly installation: SandboxInstallation;
    }
  | {
      readonly kind: "none";
      /** What stands on the host for Runyard's own places inside a sandbox. */
      readonly paths: Readonly<Record<string, string>>;
    };

export interface PodPlan {
  readonly uid: string;
  readonly hostname: string;
  readonly activeDeadlineSeconds?: number;
  readonly isolation: Isolation;
  readonly gatewaySocket?: string;
  readonly apiSocket?: string;
  readonly initContainers: readonly ContainerPlan[];
  readonly containers: readonly ContainerPlan[];
}
