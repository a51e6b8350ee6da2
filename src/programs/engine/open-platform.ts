// What stands before any controller runs: who may do what with the store, the API, and the runner of pods.
import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { startApiServer, type ApiServer } from "../../api-server/api-server.ts";
import { openCertificateAuthority, type CertificateAuthority } from "../../api-server/certificate-authority.ts";
import { writeKubeconfig } from "../../api-server/kubeconfig.ts";
import { startRoleAuthorizer, type RoleAuthorizer } from "../../api-server/role-authorizer.ts";
import type { Clock } from "../../platform/clock.ts";
import { createDryRunStore } from "../../platform/embedded/dry-run-store.ts";
import { createPodLogSource } from "../../platform/embedded/pod-log-source.ts";
import { openServiceAccountTokens } from "../../platform/embedded/service-account-tokens.ts";
import { openSupervisedPodRunner, type SupervisedPodRunner } from "../../platform/embedded/supervised-pod-runner.ts";
import type { TokenIssuer, TokenReviewer } from "../../platform/identity.ts";
import type { Log } from "../../platform/log.ts";
import type { PlatformError } from "../../platform/errors.ts";
import type { PodRunner } from "../../platform/pod-runner.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { KINDS } from "../../resources/kinds.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { Interception } from "./interception.ts";
import { findToolchains } from "./toolchains.ts";

export interface PlatformOptions {
  readonly directory: DataDirectory;
  readonly port: number;
  readonly namespace: string;
  readonly version: string;
  readonly unsafeNoSandbox: boolean;
  readonly processesMax: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly store: ResourceStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly interception: Interception | undefined;
}

export interface EnginePlatform {
  readonly authorizer: RoleAuthorizer;
  readonly tokens: TokenIssuer & TokenReviewer;
  readonly authority: CertificateAuthority;
  readonly runner: PodRunner;
  readonly api: ApiServer;
  /** Why no pod can be isolated as it must; undefined when all is well. */
  isolationProblem(): Promise<PlatformError | undefined>;
  close(): Promise<void>;
}

/** What fails leaves nothing open. */
export async function openPlatform(options: PlatformOptions): Promise<EnginePlatform> {
  const { directory, store, clock, log, interception } = options;
  await using opened = new AsyncDisposableStack();
  const supervised = await openRunner(options);
  opened.defer(() => supervised.close());
  const runner = interception?.runner(supervised) ?? supervised;
  const authorizer = await startRoleAuthorizer({ store, clock, log });
  opened.defer(() => authorizer.close());
  const tokens = await openServiceAccountTokens({ keyPath: directory.tokenKey, store, clock });
  const authority = await openCertificateAuthority({ directory: directory.pki, clock });
  const identity = { authorizer, tokens, dryRunStore: createDryRunStore(store, clock) };
  const logs = createPodLogSource(runner, clock);
  const services = { store, kinds: KINDS, logs, clock, log, version: options.version, ...identity };
  const api = await startApiServer({ services, authority, port: options.port, socketPath: directory.apiSocket });
  opened.defer(() => api.close());
  await writeOperatorKubeconfig(options, api, authority);
  const parts = opened.move();
  return {
    authorizer,
    tokens,
    authority,
    runner,
    api,
    isolationProblem: () => supervised.isolationProblem(),
    close: () => parts.disposeAsync(),
  };
}

async function openRunner(options: PlatformOptions): Promise<SupervisedPodRunner> {
  const { directory, environment, unsafeNoSandbox, processesMax } = options;
  for (const socket of [directory.apiSocket, directory.gatewaySocket]) {
    await mkdir(dirname(socket), { recursive: true });
    // The folder is what a sandbox sees, and its user is another one; whatever the operator's umask is.
    await chmod(dirname(socket), 0o755);
  }
  return openSupervisedPodRunner({
    dataDirectory: directory.root,
    gatewaySocket: directory.gatewaySocket,
    apiSocket: directory.apiSocket,
    toolchains: await findToolchains(environment),
    unsafeNoSandbox,
    processesMax,
    compilesAhead: true,
    path: environment["PATH"] ?? "/usr/bin:/bin",
  });
}

/** The operator's way in: a client certificate, in a file that only the operator may read. */
async function writeOperatorKubeconfig(
  { directory, namespace }: PlatformOptions,
  api: ApiServer,
  authority: CertificateAuthority,
): Promise<void> {
  const keyPair = await authority.keep({
    name: "operator",
    commonName: "operator",
    organizations: ["system:masters"],
    usage: "client",
  });
  await writeKubeconfig({
    path: directory.kubeconfig,
    server: api.url,
    authority: authority.certificate,
    user: "operator",
    credential: { kind: "clientCertificate", keyPair },
    namespace,
  });
}
