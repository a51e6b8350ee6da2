// The one door of a run to the world: the only program that holds outside credentials. Starts the server, puts the parts
// together, and keeps what must go on beside requests: the watch of runs and the sweep of tokens.
import type { Configuration } from "../configuration/configuration.ts";
import type { Clock } from "../platform/clock.ts";
import { serviceAccountUser, type TokenReviewer } from "../platform/identity.ts";
import type { Log } from "../platform/log.ts";
import { patientReviewer, patientStore } from "../platform/patient-resource-store.ts";
import type { ResourceStore } from "../platform/resource-store.ts";
import { Callers } from "./callers.ts";
import { resolveWithSystem, type Resolve } from "./egress/resolve-public.ts";
import { GitHubAppTokens, type TokenOwner } from "./github-app-tokens.ts";
import { GitHubApi } from "./github/github-api.ts";
import { RateLimits } from "./github/rate-limits.ts";
import { Repositories } from "./github/repositories.ts";
import { TokenJournal } from "./github/token-journal.ts";
import { openListeners, type ListenOptions, type ServerCertificate } from "./listeners.ts";
import { Ledger } from "./models/ledger.ts";
import { watchRuns } from "./run-watch.ts";
import { Secrets } from "./secrets.ts";
import type { Services } from "./serve.ts";
import { hasOwnerEnded } from "./token-owner.ts";
import { Upstream, type UpstreamOptions } from "./upstream.ts";

/** Revocation of the tokens of an ended owner must not take longer than ten seconds, though nobody says a word. */
const SWEEP_MS = 5_000;

export interface GatewayOptions {
  readonly store: ResourceStore;
  readonly reviewer: TokenReviewer;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Log;
  /** Sessions, the journal of tokens and its key. Created with mode 0700 where it is missing. */
  readonly dataDirectory: string;
  /** Of the runs; only pods of this namespace are served. */
  readonly namespace: string;
  /** Where Secrets are read and the controller lives. Default: that of the runs, as on one machine. */
  readonly systemNamespace?: string;
  /** Default `runyard-controller`. */
  readonly controllerServiceAccount?: string;
  readonly listen: ListenOptions;
  readonly upstream?: UpstreamOptions;
  /** Name resolution for tunnels and registries; default the system's. */
  readonly resolve?: Resolve;
}

export interface Gateway {
  /** `http://HOST:PORT` where it listens on TCP, `https` with a certificate. */
  readonly url: string | undefined;
  readonly socketPath: string | undefined;
  /** From now on new connections see this one. */
  useCertificate(certificate: ServerCertificate): void;
  /** Ends every connection, revokes the tokens in memory, and resolves. */
  close(): Promise<void>;
}

/** Starts the gateway; it listens, and what a crash left has been looked through, when the promise resolves. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const stop = new AbortController();
  const services = await buildServices(options, stop.signal);
  await services.tokens.sweep();
  const listeners = await openListeners(options.listen, services);
  const background = [sweepTokens(services, stop.signal), watch(options, services, stop.signal)];
  return {
    url: listeners.url,
    socketPath: options.listen.socketPath,
    useCertificate: (certificate) => listeners.useCertificate(certificate),
    close: async () => {
      stop.abort(new Error("the gateway stops"));
      await listeners.close();
      await Promise.all(background);
      await services.tokens.close();
      await services.upstream.close();
    },
  };
}

async function buildServices(options: GatewayOptions, signal: AbortSignal): Promise<Services> {
  const { configuration, clock, log, dataDirectory, namespace, systemNamespace = namespace } = options;
  // Whoever is served waits with us while the API server is started again: the turn of an agent goes on.
  const store = patientStore(options.store, { clock, signal });
  const reviewer = patientReviewer(options.reviewer, { clock, signal });
  const controller = serviceAccountUser(systemNamespace, options.controllerServiceAccount ?? "runyard-controller");
  const { apiUrl } = configuration.github;
  const upstream = new Upstream(options.upstream ?? {});
  const secrets = new Secrets({ store, clock, namespace: systemNamespace });
  const api = new GitHubApi({ upstream, clock, apiUrl });
  const journal = await TokenJournal.open(dataDirectory);
  const hasEnded = (owner: TokenOwner) => hasOwnerEnded(store, owner);
  const tokens = new GitHubAppTokens({ api, secrets, journal, clock, log, hasEnded });
  return {
    store,
    configuration,
    clock,
    log,
    dataDirectory,
    signal,
    upstream,
    secrets,
    tokens,
    resolve: options.resolve ?? resolveWithSystem,
    callers: new Callers({ store, reviewer, configuration, clock, namespace, controller }),
    repositories: new Repositories({ tokens, upstream, clock, apiUrl }),
    rateLimits: new RateLimits(clock),
    ledger: new Ledger({ store, clock, limits: configuration.limits }),
  };
}

async function sweepTokens(services: Services, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await services.clock.sleep(SWEEP_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    await services.tokens.sweep().catch((error: unknown) => {
      services.log.write("error", "the sweep of tokens failed and is tried again", { error: String(error) });
    });
  }
}

async function watch(options: GatewayOptions, services: Services, signal: AbortSignal): Promise<void> {
  const { store, namespace, clock, log } = options;
  await watchRuns({ store, namespace, clock, log, signal, onEnded: (uid) => services.tokens.revokeOf(uid) });
}
