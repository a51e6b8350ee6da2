// How the engine's own controllers ask the gateway: with a token of their account, over the Unix socket.
import type { IncomingMessage, RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
import { PlatformError } from "../../platform/errors.ts";
import type { GatewayCall } from "../../platform/github/gateway-verdict-writer.ts";
import type { TokenIssuer } from "../../platform/identity.ts";
import { request } from "../../platform/node/node-http.ts";

export interface GatewayCallOptions {
  readonly tokens: TokenIssuer;
  readonly namespace: string;
  readonly socketPath: string;
}

const TOKEN_SECONDS = 600;
const TIMEOUT_MS = 60_000;

export function callGateway({ tokens, namespace, socketPath }: GatewayCallOptions): GatewayCall {
  return async ({ method, path, body, run }) => {
    const { token } = await tokens.issue({
      namespace,
      serviceAccount: "runyard-controller",
      audience: "runyard-gateway.controller",
      expirationSeconds: TOKEN_SECONDS,
    });
    const headers = { authorization: `Bearer ${token}`, "x-runyard-run": run, "content-type": "application/json" };
    const answer = await send({ socketPath, method, path: `/github${path}`, headers }, body);
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

async function send(to: RequestOptions, body: unknown): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({ ...to, timeout: TIMEOUT_MS }, resolve);
    call.on("timeout", () => call.destroy(new Error(`the gateway did not answer in ${TIMEOUT_MS} ms`)));
    call.on("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
  return { status: response.statusCode ?? 0, text: await text(response) };
}
