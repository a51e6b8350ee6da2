// Refusals of an API server as PlatformErrors.
import { PlatformError, type PlatformErrorCode } from "../errors.ts";

interface StatusBody {
  readonly kind?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
}

/** The error of an answer's code and body, which is a Status in most cases. */
export function errorOfAnswer(code: number, body: string, request: string): PlatformError {
  const status = parseStatus(body);
  if (status !== undefined) return errorOfStatus(status, request);
  const text = body.trim().slice(0, 200);
  return new PlatformError({
    code: codeOfHttp(code),
    message: `${request}: answer ${code}${text === "" ? "" : `: ${text}`}`,
  });
}

/** The error of a Status object, from an answer or from a watch's ERROR event. */
export function errorOfStatus(status: unknown, request: string): PlatformError {
  const { reason, message, code, details } = status as StatusBody;
  const causes = (details?.causes ?? []).map((cause) => ({ field: cause.field ?? "", message: cause.message ?? "" }));
  const known = typeof reason === "string" ? BY_REASON.get(reason) : undefined;
  return new PlatformError({
    code: known ?? codeOfHttp(typeof code === "number" ? code : 500),
    message: typeof message === "string" && message !== "" ? message : `${request} was refused`,
    causes,
  });
}

/** The error of a connection that failed. */
export function errorOfConnection(error: unknown, request: string): PlatformError {
  if (error instanceof PlatformError) return error;
  const failure = error as NodeJS.ErrnoException;
  const isTimeout = TIMEOUTS.has(failure.code ?? "");
  return new PlatformError({
    code: isTimeout ? "Timeout" : "Unavailable",
    message: `${request}: ${failure.message === "" ? String(failure.code) : failure.message}`,
    hint: "check that the API server runs and that its address and authority in the kubeconfig are right",
    cause: error,
  });
}

const TIMEOUTS = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"]);

const BY_REASON: ReadonlyMap<string, PlatformErrorCode> = new Map<string, PlatformErrorCode>([
  ["NotFound", "NotFound"],
  ["AlreadyExists", "AlreadyExists"],
  ["Conflict", "Conflict"],
  ["Invalid", "Invalid"],
  ["BadRequest", "Invalid"],
  ["Forbidden", "Forbidden"],
  ["Unauthorized", "Unauthorized"],
  ["Expired", "Expired"],
  ["Gone", "Expired"],
  ["TooManyRequests", "TooManyRequests"],
  ["ServiceUnavailable", "Unavailable"],
  ["Timeout", "Timeout"],
  ["ServerTimeout", "Timeout"],
  ["InternalError", "Internal"],
]);

function codeOfHttp(code: number): PlatformErrorCode {
  return BY_HTTP_CODE.get(code) ?? (code >= 500 ? "Internal" : "Invalid");
}

const BY_HTTP_CODE: ReadonlyMap<number, PlatformErrorCode> = new Map<number, PlatformErrorCode>([
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [409, "Conflict"],
  [410, "Expired"],
  [429, "TooManyRequests"],
  [502, "Unavailable"],
  [503, "Unavailable"],
  [504, "Timeout"],
]);

function parseStatus(body: string): unknown {
  try {
    const value = JSON.parse(body) as StatusBody | null;
    return value?.kind === "Status" ? value : undefined;
  } catch {
    return undefined; // A proxy on the way answers in its own words.
  }
}
