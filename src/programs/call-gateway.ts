// How controllers ask the gateway: with a token of their account, over the Unix socket of one machine or the TLS of a cluster.
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
import { PlatformError } from "../platform/errors.ts";
import type { GatewayCall } from "../platform/github/gateway-verdict-writer.ts";

/** Opens a request to the gateway: `request` of node:http with a socket's path, or of node:https with an address. */
export type OpenRequest = (
  options: RequestOptions,
  onAnswer: (answer: IncomingMessage) => void,
) => ClientRequest | Promise<ClientRequest>;

export interface GatewayCallOptions {
  /** For the audience `runyard-gateway.controller`. */
  readonly token: () => Promise<string>;
  readonly open: OpenRequest;
}

const TIMEOUT_MS = 60_000;

/** Unavailable when it does not answer, or refuses. */
export function callGateway({ token, open }: GatewayCallOptions): GatewayCall {
  return async ({ method, path, body, run }) => {
    const authorization = `Bearer ${await token()}`;
    const headers = { authorization, "x-runyard-run": run, "content-type": "application/json" };
    const answer = await send(open, { method, path: `/github${path}`, headers }, body);
    if (answer.status < 300) return answer.text === "" ? undefined : JSON.parse(answer.text);
    throw new PlatformError({
      code: "Unavailable",
      message: `the gateway answered ${answer.status} to ${method} ${path}: ${answer.text.slice(0, 300)}`,
      hint: "the gateway's log says more",
    });
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function send(open: OpenRequest, to: RequestOptions, body: unknown): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const call = await open({ ...to, timeout: TIMEOUT_MS }, resolve);
  call.on("timeout", () => call.destroy(new Error(`the gateway did not answer in ${TIMEOUT_MS} ms`)));
  call.on("error", reject);
  call.end(body === undefined ? undefined : JSON.stringify(body));
  const response = await promise;
  return { status: response.statusCode ?? 0, text: await text(response) };
}
