// The way out: one HTTP client for everything that the gateway asks of the world, with the operator's proxy and
// certificate authorities. Answers are streams; nothing here holds a body.
import { rootCertificates } from "node:tls";
import type { Readable } from "node:stream";
import { EnvHttpProxyAgent, interceptors, request, type Dispatcher } from "undici";

export interface UpstreamOptions {
  /** Proxy addresses; absent: no proxy, whatever the environment says. A program passes its environment's on. */
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Hosts that are reached directly, as in NO_PROXY. */
  readonly noProxy?: string;
  /** PEM texts of certificate authorities to trust besides the public ones. */
  readonly certificateAuthorities?: readonly string[];
}

export interface UpstreamRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
  readonly signal: AbortSignal;
  /** The longest wait for the first byte of the answer, and between two pieces of it. */
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
  /** Follows up to this many redirects, without credentials on another host. Default none. */
  readonly redirectsMax?: number;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

const CONNECT_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 120_000;
const BODY_TIMEOUT_MS = 300_000;

export class Upstream {
  readonly #dispatcher: Dispatcher;
  readonly options: UpstreamOptions;

  constructor(options: UpstreamOptions) {
    this.options = options;
    const ca = [...rootCertificates, ...(options.certificateAuthorities ?? [])];
    const tls = { ca, timeout: CONNECT_TIMEOUT_MS };
    this.#dispatcher = new EnvHttpProxyAgent({
      httpProxy: options.httpProxy ?? "",
      httpsProxy: options.httpsProxy ?? "",
      noProxy: options.noProxy ?? "",
      connect: tls,
      requestTls: tls,
      proxyTls: tls,
    });
  }

  /** Sends a request. The answer's body must be read or destroyed. */
  async send(upstreamRequest: UpstreamRequest): Promise<UpstreamResponse> {
    const { method, url, headers, body, signal, redirectsMax = 0 } = upstreamRequest;
    const dispatcher =
      redirectsMax > 0
        ? this.#dispatcher.compose(interceptors.redirect({ maxRedirections: redirectsMax }))
        : this.#dispatcher;
    const answer = await request(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
      dispatcher,
      headersTimeout: upstreamRequest.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
      bodyTimeout: upstreamRequest.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
    });
    // Whoever reads the body sees its failure; one that nobody reads any more must not end the process.
    answer.body.on("error", () => undefined);
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }

  /** Closes idle connections; those in use are ended. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** The single value of a header, or undefined. */
export function headerOf(response: Pick<UpstreamResponse, "headers">, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * True when the request certainly never reached the other side: nothing can have happened there.
 */
export function neverArrived(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"].includes(
    String(code),
  );
}
