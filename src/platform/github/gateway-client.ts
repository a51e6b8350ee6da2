// Requests of a container to the gateway: its own token, read anew for each call because it rotates, and the gateway's
// and GitHub's refusals as PlatformErrors. What has a limit of time waits for it, within a limit of its own.
import { readFile } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { PlatformError, type PlatformErrorCode } from "../errors.ts";

export interface GatewayClientOptions {
  /** `http://HOST:PORT`, without a slash at the end. */
  readonly gatewayUrl: string;
  /** The projected token of this container's role. */
  readonly tokenFile: string;
  readonly clock: Clock;
}

export interface GatewayRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below the gateway's address, with its query. */
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly contentType?: string;
}

export interface GatewayClient {
  /** The answer, of status below 400, or 404 or 410. Everything else is a PlatformError. */
  send(request: GatewayRequest): Promise<Response>;
}

/** The whole time that one call waits for GitHub's rate limits. */
export const RATE_LIMIT_WAIT_MS_MAX = 10 * 60_000;
/** What GitHub demands when it names no time. */
const PAUSE_MS_DEFAULT = 60_000;
/** The gateway holds a call while its API server is away; fetch itself waits no longer than this for an answer. */
const REQUEST_TIMEOUT_MS = 300_000;

export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { clock } = options;
  return {
    async send(request) {
      let waitedMs = 0;
      for (;;) {
        const answer = await attempt(options, request);
        if (answer.status < 400 || answer.status === 404 || answer.status === 410) return answer;
        const text = await answer.text();
        const pauseMs = pauseOf(answer, text);
        if (pauseMs === undefined || waitedMs + pauseMs > RATE_LIMIT_WAIT_MS_MAX) throw refusal(request, answer, text);
        waitedMs += pauseMs;
        await clock.sleep(pauseMs);
      }
    },
  };
}

async function attempt(
  { gatewayUrl, tokenFile }: GatewayClientOptions,
  { method, path, body, contentType }: GatewayRequest,
): Promise<Response> {
  const token = (await readFile(tokenFile, "utf8")).trim();
  try {
    return await fetch(`${gatewayUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (error) {
    throw new PlatformError({
      code: "Unavailable",
      message: `${method} ${pathOnly(path)}: the gateway did not answer`,
      hint: "look whether the gateway runs; what failed is tried again",
      cause: error,
    });
  }
}

/** Undefined: this refusal is no limit of time. A plain 403 is a missing permission; a 429 is always a limit. */
function pauseOf(answer: Response, text: string): number | undefined {
  if (answer.status !== 429 && answer.status !== 403) return undefined;
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  if (Number.isFinite(seconds)) return Math.max(1, seconds) * 1_000;
  return answer.status === 429 || /secondary rate limit/i.test(text) ? PAUSE_MS_DEFAULT : undefined;
}

const CODES: Readonly<Record<number, PlatformErrorCode>> = {
  400: "Invalid",
  401: "Forbidden",
  403: "Forbidden",
  404: "NotFound",
  409: "Invalid",
  413: "Invalid",
  422: "Invalid",
  429: "TooManyRequests",
};

function refusal(request: GatewayRequest, answer: Response, text: string): PlatformError {
  // The gateway's own word for a run whose lane has gone on.
  const isSuperseded = answer.headers.get("x-runyard-reason") === "Superseded";
  return new PlatformError({
    code: isSuperseded ? "Conflict" : (CODES[answer.status] ?? "Unavailable"),
    message: `${request.method} ${pathOnly(request.path)} was answered ${answer.status}: ${messageIn(text)}`,
    hint: "the gateway's log has the whole call",
  });
}

/** NotFound, for callers to whom a missing thing is a failure. */
export function notFound(request: Pick<GatewayRequest, "method" | "path">): PlatformError {
  return new PlatformError({
    code: "NotFound",
    message: `${request.method} ${pathOnly(request.path)} was answered 404`,
    hint: "it does not exist, or the GitHub App may not see it",
  });
}

const MESSAGE_MAX = 500;

/** GitHub's `message` with what it says of each field, or the gateway's `message`. */
function messageIn(text: string): string {
  try {
    const { message, errors } = JSON.parse(text) as { readonly message?: unknown; readonly errors?: unknown };
    const details = Array.isArray(errors) ? errors.map((error) => detailOf(error)).filter((it) => it !== "") : [];
    return [typeof message === "string" ? message : text, ...details].join("; ").slice(0, MESSAGE_MAX);
  } catch {
    return text.slice(0, MESSAGE_MAX);
  }
}

function detailOf(error: unknown): string {
  if (typeof error === "string") return error;
  const { message, field, code } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof message === "string") return message;
  return [field, code].filter((it) => typeof it === "string").join(" ");
}

function pathOnly(path: string): string {
  return path.split("?", 1)[0] ?? "";
}
