// A server on this machine whose requests go to a Service of a cluster by the API server's proxy, with the test's credentials.
// What comes before the Service is ready is taken and handed on then: GitHub waits ten seconds only.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { readKubeconfig } from "../../src/platform/kubernetes/kubeconfig.ts";
import { REAL_CLOCK } from "./real-clock.ts";

export interface ServiceFrontOptions {
  readonly kubeconfig: string;
  readonly service: {
    readonly namespace: string;
    readonly name: string;
    readonly port: number;
    readonly path: string;
  };
  readonly ready: Promise<void>;
  /** How often each request is sent, one after the other; the first answer counts. GitHub, too, may deliver twice. */
  readonly times: number;
}

const REDELIVER_MS_MAX = 120_000;
const REDELIVER_EVERY_MS = 1_000;

export async function startServiceFront(options: ServiceFrontOptions) {
  const { namespace, name, port, path } = options.service;
  const connection = await readKubeconfig({ path: options.kubeconfig }, REAL_CLOCK);
  const { clientCertificate, token } = await connection.credential.current();
  const tls = clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key };
  const dispatcher = new Agent({ connect: { ca: connection.authority ?? "", ...tls } });
  const url = `${connection.server}/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy${path}`;
  let isReady = false;
  const waiting: (() => Promise<unknown>)[] = [];
  const handedOn = options.ready.then(async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    isReady = true;
  });
  handedOn.catch((error: unknown) => console.error("deliveries were not handed on", error));
  /** A Service without a pod answers 503: a person would redeliver. */
  const sendUntilTaken = async (incoming: IncomingMessage, body: Buffer) => {
    const until = Date.now() + REDELIVER_MS_MAX;
    for (;;) {
      const answer = await send(incoming, body).catch((error: unknown) => String(error));
      const said =
        typeof answer === "string"
          ? { status: 502, text: answer }
          : { status: answer.statusCode, text: await answer.body.text() };
      if (said.status < 500 || Date.now() > until) return said;
      await sleep(REDELIVER_EVERY_MS);
    }
  };
  const sendAll = async (incoming: IncomingMessage, body: Buffer) => {
    const said = await sendUntilTaken(incoming, body);
    for (let count = 1; count < options.times; count += 1) await sendUntilTaken(incoming, body);
    return said;
  };
  const send = async (incoming: IncomingMessage, body: Buffer) => {
    const { host: _host, connection: _connection, "content-length": _length, ...headers } = incoming.headers;
    return await request(url, {
      method: "POST",
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body,
      dispatcher,
    });
  };
  const forward = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    if (!isReady) {
      waiting.push(async () => await sendAll(incoming, body));
      response.writeHead(202).end();
      return;
    }
    const answer = await sendAll(incoming, body);
    response.writeHead(answer.status).end(answer.text);
  };
  const server = createServer((incoming, response) => {
    forward(incoming, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/github/webhook`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dispatcher.close();
    },
  };
}
