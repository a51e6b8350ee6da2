// Requests to an API server: TLS, credentials and their renewal, JSON, errors. Nothing about resources.
import { Agent, type Dispatcher, ProxyAgent, request as send } from "undici";
import type { Connection } from "./connection.ts";
import type { ClientCertificate, ShownCredential } from "./credential.ts";
import { errorOfAnswer, errorOfConnection } from "./rest-error.ts";

export interface RestRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface RestStreamRequest extends Omit<RestRequest, "method" | "body" | "contentType"> {
  /** Without a byte for this long, the stream fails with Timeout. */
  readonly idleMs: number;
  /** Called when the server has agreed to stream. */
  readonly onOpen?: () => void;
}

export interface RestClient {
  /** The answer's JSON. Throws PlatformError for refusals (by the Status) and failed connections. */
  request(request: RestRequest): Promise<unknown>;
  /** The bytes of a streamed answer. Errors as for `request`; a connection lost in the middle is Unavailable. */
  stream(request: RestStreamRequest): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Requests share so many connections. Streams have connections of their own: each holds one for long. */
const REQUEST_CONNECTIONS_MAX = 16;
const REQUEST_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

export function createRestClient(connection: Connection): RestClient {
  const forRequests = new DispatcherCache(connection, REQUEST_CONNECTIONS_MAX);
  const forStreams = new DispatcherCache(connection, null);
  const attempt = async (
    request: RestRequest,
    { dispatchers, idleMs }: Transport,
  ): Promise<Dispatcher.ResponseData> => {
    const shown = await connection.credential.current();
    return await send(`${connection.server}${request.path}${queryText(request.query)}`, {
      method: request.method,
      headers: headersOf(request, shown),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      dispatcher: dispatchers.for(shown.clientCertificate),
      headersTimeout: REQUEST_TIMEOUT_MS,
      bodyTimeout: idleMs,
      ...(request.signal !== undefined && { signal: request.signal }),
    });
  };
  const open = async (request: RestRequest, transport: Transport): Promise<Dispatcher.ResponseData> => {
    const answer = await attempt(request, transport);
    if (answer.statusCode !== 401 || !connection.credential.invalidate()) return answer;
    await answer.body.dump();
    return await attempt(request, transport);
  };
  return {
    async request(request) {
      const name = `${request.method} ${request.path}`;
      try {
        const answer = await open(request, { dispatchers: forRequests, idleMs: REQUEST_TIMEOUT_MS });
        const text = await readText(answer.body, name);
        if (answer.statusCode >= 400) throw errorOfAnswer(answer.statusCode, text, name);
        return JSON.parse(text) as unknown;
      } catch (error) {
        throw request.signal?.aborted === true ? error : errorOfConnection(error, name);
      }
    },
    async *stream({ idleMs, onOpen, ...request }) {
      const name = `GET ${request.path}`;
      try {
        const answer = await open({ ...request, method: "GET" }, { dispatchers: forStreams, idleMs });
        if (answer.statusCode >= 400) throw errorOfAnswer(answer.statusCode, await readText(answer.body, name), name);
        onOpen?.();
        yield* answer.body as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw request.signal?.aborted === true ? error : errorOfConnection(error, name);
      }
    },
    async close() {
      await Promise.all([forRequests.close(), forStreams.close()]);
    },
  };
}

interface Transport {
  readonly dispatchers: DispatcherCache;
  readonly idleMs: number;
}

/** One connection pool, made anew when the client certificate has been renewed. */
class DispatcherCache {
  readonly #connection: Connection;
  readonly #connectionsMax: number | null;
  #certificate: ClientCertificate | undefined;
  #dispatcher: Dispatcher | undefined;

  /** `connectionsMax` null: as many as there are requests. */
  constructor(connection: Connection, connectionsMax: number | null) {
    this.#connection = connection;
    this.#connectionsMax = connectionsMax;
  }

  for(certificate: ClientCertificate | undefined): Dispatcher {
    if (this.#dispatcher !== undefined && this.#certificate === certificate) return this.#dispatcher;
    const previous = this.#dispatcher;
    this.#dispatcher = makeDispatcher(this.#connection, certificate, this.#connectionsMax);
    this.#certificate = certificate;
    // Requests on their way still end; a failure to close is theirs to report.
    previous?.close().catch(() => undefined);
    return this.#dispatcher;
  }

  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }
}

function makeDispatcher(
  connection: Connection,
  certificate: ClientCertificate | undefined,
  connections: number | null,
): Dispatcher {
  const tls = {
    ...(connection.authority !== undefined && { ca: connection.authority }),
    ...(connection.serverName !== undefined && { servername: connection.serverName }),
    ...(connection.skipsVerification === true && { rejectUnauthorized: false }),
    ...(certificate !== undefined && { cert: certificate.certificate, key: certificate.key }),
  };
  if (connection.proxyUrl !== undefined)
    return new ProxyAgent({ uri: connection.proxyUrl, requestTls: tls, connections });
  const { socketPath } = connection;
  return new Agent({
    connections,
    connect: { ...tls, timeout: CONNECT_TIMEOUT_MS, ...(socketPath !== undefined && { socketPath }) },
  });
}

function headersOf(request: RestRequest, shown: ShownCredential): Record<string, string> {
  return {
    accept: "application/json",
    "user-agent": "runyard",
    ...(request.body !== undefined && { "content-type": request.contentType ?? "application/json" }),
    ...(shown.token !== undefined && { authorization: `Bearer ${shown.token}` }),
  };
}

function queryText(query: RestRequest["query"]): string {
  const given = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

async function readText(body: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > ANSWER_BYTES_MAX) throw new Error(`${name}: the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
