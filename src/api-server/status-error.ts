// Refusals as Kubernetes answers them: a Status object with reason, code and details.
// Source: Kubernetes API conventions, "Response Status Kind".
import { PlatformError, type PlatformErrorCode } from "../platform/errors.ts";

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** The resource that a request was about, for `details`. */
export interface StatusTarget {
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly name?: string;
}

interface StatusErrorOptions {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
}

/** Thrown by handlers for refusals that the platform has no code for. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(options: StatusErrorOptions) {
    super(options.message);
    this.name = "StatusError";
    this.status = failure(options);
  }
}

export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, reason: "BadRequest", message });
}

export function unsupportedMediaType(message: string): StatusError {
  return new StatusError({ code: 415, reason: "UnsupportedMediaType", message });
}

export function methodNotAllowed(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return new StatusError({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}

/** The path leads nowhere; not a missing object. */
export function noSuchResource(): StatusError {
  const message = "the server could not find the requested resource";
  return new StatusError({ code: 404, reason: "NotFound", message, details: {} });
}

/** The Status of any thrown value. What is not a refusal becomes an InternalError without its inner text. */
export function statusOf(error: unknown, target?: StatusTarget): Status {
  if (error instanceof StatusError) return error.status;
  if (!(error instanceof PlatformError)) {
    return failure({
      code: 500,
      reason: "InternalError",
      message: "Internal error occurred: see the log of the API server",
    });
  }
  const [code, reason] = REASONS[error.code];
  const causes = error.causes.map(({ field, message }) => ({ reason: "FieldValueInvalid", message, field }));
  const details: StatusDetails = {
    ...(target?.name !== undefined && { name: target.name }),
    ...(target !== undefined && target.group !== "" && { group: target.group }),
    ...(target !== undefined && { kind: target.resource }),
    ...(causes.length > 0 && { causes }),
    ...(RETRYABLE.has(error.code) && { retryAfterSeconds: 1 }),
  };
  const message = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return failure({ code, reason, message, details });
}

const REASONS: Readonly<Record<PlatformErrorCode, readonly [number, string]>> = {
  NotFound: [404, "NotFound"],
  AlreadyExists: [409, "AlreadyExists"],
  Conflict: [409, "Conflict"],
  Invalid: [422, "Invalid"],
  Forbidden: [403, "Forbidden"],
  Unauthorized: [401, "Unauthorized"],
  Expired: [410, "Expired"],
  TooManyRequests: [429, "TooManyRequests"],
  Unavailable: [503, "ServiceUnavailable"],
  Timeout: [504, "Timeout"],
  Internal: [500, "InternalError"],
};

const RETRYABLE: ReadonlySet<PlatformErrorCode> = new Set(["TooManyRequests", "Unavailable", "Timeout"]);

/** The answer to an action that leaves no object to return. */
export function success(details: StatusDetails): Status {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details, code: 200 };
}

function failure({ code, reason, message, details }: StatusErrorOptions): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details !== undefined && { details }),
    code,
  };
}
