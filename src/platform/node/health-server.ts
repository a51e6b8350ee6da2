// What the kubelet and Prometheus ask a program: whether it lives, whether it is ready, and its metrics.
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";

export interface HealthServerOptions {
  /** 0 chooses one. */
  readonly port: number;
  readonly host: string;
  /** Why it should be started again; undefined: it lives. */
  live(): string | undefined;
  /** Why it does no work yet; undefined: it is ready. */
  ready(): string | undefined;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 50;
const REQUEST_MS_MAX = 5_000;
const HEADER_BYTES_MAX = 8 * 1024;

/** Answers /healthz, /readyz and /metrics; everything else is 404. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(
    { requestTimeout: REQUEST_MS_MAX, maxHeaderSize: HEADER_BYTES_MAX },
    (request, response) => {
      answer(options, request.url ?? "/").then(
        ({ status, text }) => response.writeHead(status, { "content-type": CONTENT_TYPE }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function answer(options: HealthServerOptions, url: string): Promise<Answer> {
  switch (url.split("?")[0]) {
    case "/healthz":
      return state(options.live());
    case "/readyz":
      return state(options.ready());
    case "/metrics":
      return { status: 200, text: await options.metrics() };
    default:
      return { status: 404, text: "known are /healthz, /readyz and /metrics\n" };
  }
}

function state(problem: string | undefined): Answer {
  return problem === undefined ? { status: 200, text: "ok\n" } : { status: 503, text: `${problem}\n` };
}
