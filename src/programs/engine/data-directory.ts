// Where everything of one installation lies on this machine.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { storageError } from "../../platform/embedded/store-files.ts";

export interface DataDirectory {
  readonly root: string;
  readonly store: string;
  readonly pki: string;
  readonly tokenKey: string;
  readonly kubeconfig: string;
  /** Sockets that pods reach: each alone in its folder, because the folder is what a sandbox sees. */
  readonly apiSocket: string;
  readonly gatewaySocket: string;
  readonly gateway: string;
  readonly log: string;
}

export function dataDirectory(root: string): DataDirectory {
  return {
    root,
    store: root,
    pki: join(root, "pki"),
    tokenKey: join(root, "service-account.key"),
    kubeconfig: join(root, "kubeconfig"),
    apiSocket: join(root, "sockets", "api", "api.sock"),
    gatewaySocket: join(root, "sockets", "gateway", "gateway.sock"),
    gateway: join(root, "gateway"),
    log: join(root, "engine.log"),
  };
}

/** Nobody else may look into it. Unavailable, with the path and what to do, where it cannot be made. */
export async function makeDataDirectory({ root }: DataDirectory): Promise<void> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storageError(error, root);
  }
}
