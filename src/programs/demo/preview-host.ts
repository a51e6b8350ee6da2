// A stand-in for a host of preview deployments: CI asks it to deploy a commit; it checks the commit out, installs, starts
// the service, and tells GitHub by a deployment and its statuses how that ended. Names below DOMAIN lead to the services
// through its CONNECT proxy, which plays the part of an operator's proxy that knows the internal names.
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { listenOnLoopback } from "./loopback-server.ts";
import { type Person, textField } from "./person.ts";
import { startService, type ServiceBuild, type RunningService } from "./run-service.ts";

const DOMAIN = "preview.example.org";
export const PREVIEW_ENVIRONMENT = "preview";
/** GitHub's limit. */
const DESCRIPTION_MAX = 140;

export interface PreviewHostOptions {
  readonly directory: string;
  readonly registryUrl: string;
  /** Whose account reports deployments. */
  readonly deployer: Person;
  readonly cloneUrl: (repository: string) => string;
  readonly onDeployment: (deployment: {
    readonly sha: string;
    readonly state: string;
    readonly reason: string;
  }) => void;
}

export interface PreviewHost {
  /** Where CI posts `{repository, ref, sha}`. */
  readonly url: string;
  readonly proxyUrl: string;
  close(): Promise<void>;
}

export async function startPreviewHost(options: PreviewHostOptions): Promise<PreviewHost> {
  const host = new DeployingHost(options);
  const server = createServer((request, response) => {
    host.accept(request).then(
      () => response.writeHead(202).end(),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  const api = await listenOnLoopback(server);
  const proxyServer = createServer((_request, response) => response.writeHead(405).end());
  proxyServer.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) =>
    host.tunnel(request.url ?? "", socket, head),
  );
  const proxy = await listenOnLoopback(proxyServer);
  return {
    url: api.url,
    proxyUrl: proxy.url,
    async close() {
      await api.close();
      await host.close();
      await proxy.close();
    },
  };
}

class DeployingHost {
  readonly #options: PreviewHostOptions;
  readonly #services = new Map<string, RunningService>();
  readonly #closing = new AbortController();
  /** One after another, as a small host does. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: PreviewHostOptions) {
    this.#options = options;
  }

  async accept(request: IncomingMessage): Promise<void> {
    const wanted: unknown = JSON.parse(await readText(request));
    const repository = textField(wanted, "repository");
    const sha = textField(wanted, "sha");
    this.#queue = this.#queue.then(() => this.#deploy(repository, sha)).catch(() => undefined);
  }

  tunnel(authority: string, client: Socket, head: Buffer): void {
    const service = this.#services.get(authority.split(":")[0] ?? "");
    client.on("error", () => client.destroy());
    if (service === undefined) {
      client.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const remote = connect(service.port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      remote.write(head);
      client.pipe(remote).pipe(client);
    });
    remote.on("error", () => client.destroy());
    client.on("close", () => remote.destroy());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#queue;
    await Promise.all([...this.#services.values()].map((service) => service.stop()));
  }

  async #deploy(repository: string, sha: string): Promise<void> {
    const { deployer, onDeployment, directory, registryUrl, cloneUrl } = this.#options;
    const created = await deployer.send("POST", `/repos/${repository}/deployments`, {
      ref: sha,
      environment: PREVIEW_ENVIRONMENT,
      auto_merge: false,
      required_contexts: [],
    });
    const statuses = `/repos/${repository}/deployments/${String((created as { readonly id: unknown }).id)}/statuses`;
    const build: ServiceBuild = {
      directory: join(directory, sha.slice(0, 12)),
      cache: join(directory, "installed"),
      cloneUrl: cloneUrl(repository),
      token: deployer.token,
      sha,
      registryUrl,
      signal: this.#closing.signal,
    };
    const started = await startService(build);
    if (this.#closing.signal.aborted) {
      if (typeof started !== "string") await started.stop();
      return;
    }
    const name = `${sha.slice(0, 12)}.${DOMAIN}`;
    if (typeof started !== "string") this.#services.set(name, started);
    const [state, reason] = typeof started === "string" ? ["failure", started] : ["success", "listening"];
    await deployer.send("POST", statuses, {
      state,
      description: reason.slice(0, DESCRIPTION_MAX),
      ...(state === "success" ? { environment_url: `http://${name}` } : {}),
    });
    onDeployment({ sha, state, reason });
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}
