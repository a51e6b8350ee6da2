// The one error class of the outside world. Expected endings are values; this is for refusals and failures.

/** Codes follow the reasons of Kubernetes Status objects where one exists. */
export type PlatformErrorCode =
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Invalid"
  | "Forbidden"
  | "Unauthorized"
  | "Expired"
  | "TooManyRequests"
  | "Unavailable"
  | "Timeout"
  | "Internal";

export interface PlatformErrorOptions {
  readonly code: PlatformErrorCode;
  /** What happened, naming the object, path or address. Never holds a secret. */
  readonly message: string;
  /** What the operator can do. */
  readonly hint?: string;
  /** Field causes of an Invalid refusal: path and what is wrong there. */
  readonly causes?: readonly { readonly field: string; readonly message: string }[];
  readonly cause?: unknown;
}

export class PlatformError extends Error {
  readonly code: PlatformErrorCode;
  readonly hint: string | undefined;
  readonly causes: readonly { readonly field: string; readonly message: string }[];

  constructor(options: PlatformErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PlatformError";
    this.code = options.code;
    this.hint = options.hint;
    this.causes = options.causes ?? [];
  }
}

/** True when `error` is a PlatformError of one of the codes. */
export function hasCode(error: unknown, ...codes: readonly PlatformErrorCode[]): error is PlatformError {
  return error instanceof PlatformError && codes.includes(error.code);
}
