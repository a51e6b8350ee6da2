// The gateway's own program on one machine. The engine starts it, and tells it its settings on standard input as soon as it
// knows them; it reaches the store through the engine's API as any other client does, and outlives the engine.
import { text } from "node:stream/consumers";
import type { Configuration } from "../configuration/configuration.ts";
import { startGateway } from "../gateway/gateway.ts";
import { tokenFileCredential } from "../platform/kubernetes/credential.ts";
import { connectKubernetes } from "../platform/kubernetes/connect-kubernetes.ts";
import { jsonLog } from "../platform/node/json-log.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { upstreamOf } from "./upstream-environment.ts";

export interface GatewaySettings {
  readonly configuration: Configuration;
  readonly namespace: string;
  readonly dataDirectory: string;
  readonly socketPath: string;
  readonly api: {
    readonly server: string;
    readonly socketPath: string;
    readonly certificateAuthority: string;
    readonly tokenFile: string;
  };
}

if (import.meta.main) {
  const settings = await text(process.stdin);
  // The engine ended before it got so far.
  if (settings === "") process.exit(0);
  await run(JSON.parse(settings) as GatewaySettings);
}

async function run(settings: GatewaySettings): Promise<void> {
  const { api, namespace } = settings;
  const clock = SYSTEM_CLOCK;
  const log = jsonLog({ write: (line) => process.stdout.write(line), now: () => clock.now() });
  const connection = {
    server: api.server,
    authority: api.certificateAuthority,
    namespace,
    credential: tokenFileCredential(api.tokenFile, clock),
    socketPath: api.socketPath,
  };
  const kubernetes = await connectKubernetes({ connection }, { clock });
  const gateway = await startGateway({
    store: kubernetes.store,
    reviewer: kubernetes.tokens,
    configuration: settings.configuration,
    clock,
    log,
    dataDirectory: settings.dataDirectory,
    namespace,
    listen: { socketPath: settings.socketPath },
    upstream: await upstreamOf(process.env),
  });
  const stop = async () => {
    await gateway.close();
    await kubernetes.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  // The terminal of the engine is not ours.
  process.on("SIGINT", () => undefined);
}
