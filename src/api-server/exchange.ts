// One request and its answer, and the parts that handlers work with.
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseYaml } from "../languages/yaml.ts";
import type { Clock } from "../platform/clock.ts";
import type { Caller, TokenIssuer, TokenReviewer } from "../platform/identity.ts";
import type { Log } from "../platform/log.ts";
import type { LogSource } from "../platform/log-source.ts";
import type { ResourceStore } from "../platform/resource-store.ts";
import type { Kind } from "../resources/kind.ts";
import { isJsonObject } from "../resources/structural-schema.ts";
import { contentTypeOf } from "./media-type.ts";
import { parseProtobuf } from "./protobuf.ts";
import type { ResourceRequest } from "./request-info.ts";
import type { ApiAuthorizer } from "./role-authorizer.ts";
import { badRequest, StatusError, unsupportedMediaType } from "./status-error.ts";

/** Everything that the API needs from outside. */
export interface ApiServices {
  readonly store: ResourceStore;
  /** Decides writes as the store would, without storing anything (`dryRun=All`). */
  readonly dryRunStore: ResourceStore;
  readonly kinds: readonly Kind[];
  readonly authorizer: ApiAuthorizer;
  readonly tokens: TokenIssuer & TokenReviewer;
  readonly logs: LogSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Runyard's version, for /version. */
  readonly version: string;
}

export interface ApiLimits {
  /** Bytes of a request body; the number is that of kube-apiserver. */
  readonly bodyBytesMax: number;
  /** A watch without timeoutSeconds ends after this; clients start again. */
  readonly watchSecondsMax: number;
  /** How often a watch that allows bookmarks gets one when nothing else happens. */
  readonly bookmarkIntervalMs: number;
}

export const API_LIMITS: ApiLimits = {
  bodyBytesMax: 3 * 1024 * 1024,
  watchSecondsMax: 3600,
  bookmarkIntervalMs: 30_000,
};

export type ApiCaller = Pick<Caller, "user" | "groups" | "pod">;

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly caller: ApiCaller;
  /** Aborts when the client goes away or the server closes. */
  readonly signal: AbortSignal;
  readonly services: ApiServices;
  readonly limits: ApiLimits;
}

export interface ResourceExchange extends Exchange {
  readonly kind: Kind;
  readonly info: ResourceRequest;
}

/** Sends a JSON answer. */
export function respondJson(
  response: ServerResponse,
  code: number,
  body: unknown,
  contentType = "application/json",
): void {
  const text = Buffer.from(`${JSON.stringify(body)}\n`, "utf8");
  response.writeHead(code, { "content-type": contentType, "content-length": text.byteLength });
  response.end(text);
}

/** The body as a JSON value; undefined when there is none. YAML and Kubernetes' protobuf are read too. 413, 415 or 400 when it cannot be read. */
export async function readBody(exchange: Pick<Exchange, "request" | "limits">): Promise<unknown> {
  const bytes = await readBytes(exchange.request, exchange.limits.bodyBytesMax);
  if (bytes.byteLength === 0) return undefined;
  const contentType = contentTypeOf(exchange.request.headers["content-type"]);
  if (contentType === "application/vnd.kubernetes.protobuf") return parseProtobuf(bytes);
  return parseBody(bytes.toString("utf8"), contentType);
}

/** The body as a JSON object. */
export async function readObject(
  exchange: Pick<Exchange, "request" | "limits">,
): Promise<Readonly<Record<string, unknown>>> {
  const body = await readBody(exchange);
  if (!isJsonObject(body)) throw badRequest("the request body must be one JSON or YAML object");
  return body;
}

const JSON_TYPES = new Set([
  "application/json",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
]);

function parseBody(text: string, contentType: string): unknown {
  try {
    if (JSON_TYPES.has(contentType)) return JSON.parse(text) as unknown;
    if (contentType === "application/yaml") return parseYaml(text);
  } catch (error) {
    throw badRequest(`the request body cannot be read as ${contentType}: ${(error as Error).message}`);
  }
  throw unsupportedMediaType(
    `the body of the request was in an unknown format (${contentType}) - accepted media types include: application/json, application/yaml`,
  );
}

async function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > bytesMax) {
      throw new StatusError({
        code: 413,
        reason: "RequestEntityTooLarge",
        message: `Request entity too large: limit is ${bytesMax}`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
