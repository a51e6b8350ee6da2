// A real API server over a real SQLite store in a temporary directory, for tests that speak to it over the wire.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../src/api-server/api-server.ts";
import { type CertificateAuthority, openCertificateAuthority } from "../../src/api-server/certificate-authority.ts";
import type { ApiLimits } from "../../src/api-server/exchange.ts";
import { writeKubeconfig } from "../../src/api-server/kubeconfig.ts";
import { startRoleAuthorizer } from "../../src/api-server/role-authorizer.ts";
import { createDryRunStore } from "../../src/platform/embedded/dry-run-store.ts";
import { openServiceAccountTokens } from "../../src/platform/embedded/service-account-tokens.ts";
import {
  openSqliteResourceStore,
  type SqliteResourceStore,
} from "../../src/platform/embedded/sqlite-resource-store.ts";
import type { StoreLimits } from "../../src/platform/embedded/store-messages.ts";
import type { TokenIssuer } from "../../src/platform/identity.ts";
import { connectKubernetes, type Kubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import { fixedCredential } from "../../src/platform/kubernetes/credential.ts";
import type { LogSource } from "../../src/platform/log-source.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import type { Kind } from "../../src/resources/kind.ts";
import { REAL_CLOCK } from "./real-clock.ts";
import { RecordingLog } from "./recording-log.ts";

export interface TestApi {
  readonly directory: string;
  readonly store: SqliteResourceStore;
  readonly server: ApiServer;
  /** To start it again after it was closed. */
  readonly serverOptions: ApiServerOptions;
  readonly authority: CertificateAuthority;
  readonly tokens: TokenIssuer;
  readonly log: RecordingLog;
  readonly kubeconfig: string;
  readonly socketPath: string;
  /** A client with the operator's certificate. */
  readonly operator: Kubernetes;
  /** A client with a bearer token, over TCP or the Unix socket. */
  connect(token: string | undefined, socketPath?: string): Promise<Kubernetes>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly kinds?: readonly Kind[];
  readonly logs?: LogSource;
  readonly apiLimits?: Partial<ApiLimits>;
  readonly storeLimits?: Partial<StoreLimits>;
}

/** No container has run: every log is empty. */
const NO_LOGS: LogSource = { read: async function* () {} };

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const directory = await mkdtemp(join(tmpdir(), "runyard-api-"));
  const { kinds = KINDS, logs = NO_LOGS, apiLimits, storeLimits } = options;
  const log = new RecordingLog();
  const clock = REAL_CLOCK;
  const store = await openSqliteResourceStore({
    directory,
    kinds,
    clock,
    log,
    ...(storeLimits && { limits: storeLimits }),
  });
  const authority = await openCertificateAuthority({ directory: join(directory, "pki"), clock });
  const authorizer = await startRoleAuthorizer({ store, clock, log });
  const tokens = await openServiceAccountTokens({ keyPath: join(directory, "tokens.key"), store, clock });
  const socketPath = join(directory, "api.sock");
  const services = { store, dryRunStore: createDryRunStore(store, clock), kinds, authorizer, tokens, logs, clock, log };
  const serverOptions = {
    services: { ...services, version: "0.0.0" },
    authority,
    port: 0,
    socketPath,
    ...(apiLimits && { limits: apiLimits }),
  };
  const server = await startApiServer(serverOptions);
  const kubeconfig = join(directory, "kubeconfig");
  const keyPair = await authority.keep({
    name: "operator",
    commonName: "operator",
    organizations: ["system:masters"],
    usage: "client",
  });
  await writeKubeconfig({
    path: kubeconfig,
    server: server.url,
    authority: authority.certificate,
    user: "operator",
    credential: { kind: "clientCertificate", keyPair },
    namespace: "default",
  });
  const operator = await connectKubernetes({ kubeconfig: { path: kubeconfig } }, { clock });
  const clients: Kubernetes[] = [operator];
  return {
    directory,
    store,
    server,
    serverOptions,
    authority,
    tokens,
    log,
    kubeconfig,
    socketPath,
    operator,
    async connect(token, throughSocket) {
      const connection = {
        server: server.url,
        authority: authority.certificate,
        namespace: "default",
        credential: fixedCredential(token === undefined ? {} : { token }),
        ...(throughSocket !== undefined && { socketPath: throughSocket }),
      };
      const client = await connectKubernetes({ connection }, { clock });
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await server.close();
      await authorizer.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}
