// An answer that says no. Handlers throw it; the server turns it into GitHub's error body.

export interface FieldError {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: {
      readonly errors?: readonly (FieldError | string)[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** 422 with one field error. */
export function invalid(error: FieldError): Refusal {
  return new Refusal(422, "Validation Failed", { errors: [error] });
}

/** The body of an error answer. */
export function refusalBody(refusal: Refusal): Record<string, unknown> {
  return {
    message: refusal.message,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
    documentation_url: "https://docs.github.com/rest",
    status: String(refusal.status),
  };
}
