// What the gateway answers when it does not do what it was asked: one shape, so that the agent program and the
// controllers can tell a refusal by its reason and people can read what to do.
import type { ServerResponse } from "node:http";
import { hasCode } from "../platform/errors.ts";

/** CamelCase, as the reasons of Kubernetes conditions; programs compare these, never messages. */
export type RefusalReason =
  | "NotFound"
  | "Unauthorized"
  | "Forbidden"
  | "Superseded"
  | "Invalid"
  | "TooLarge"
  | "BudgetExceeded"
  | "UnknownModel"
  | "HostNotAllowed"
  | "AddressNotPublic"
  | "RefNotAllowed"
  | "DryRun"
  | "RateLimited"
  | "Misconfigured"
  | "Unavailable"
  | "OutcomeUnknown"
  | "Internal";

const STATUSES: Readonly<Record<RefusalReason, number>> = {
  NotFound: 404,
  Unauthorized: 401,
  Forbidden: 403,
  Superseded: 409,
  Invalid: 400,
  TooLarge: 413,
  BudgetExceeded: 402,
  UnknownModel: 404,
  HostNotAllowed: 403,
  AddressNotPublic: 403,
  RefNotAllowed: 403,
  DryRun: 403,
  RateLimited: 429,
  Misconfigured: 503,
  Unavailable: 502,
  OutcomeUnknown: 502,
  Internal: 500,
};

/** The header that carries the reason of a refusal beside whatever body the protocol demands. */
export const REASON_HEADER = "x-runyard-reason";

/** Thrown anywhere below a request; the server turns it into the answer. The message holds no secret. */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  readonly headers: Readonly<Record<string, string>>;

  constructor(reason: RefusalReason, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "Refusal";
    this.reason = reason;
    this.headers = headers;
  }

  get status(): number {
    return STATUSES[this.reason];
  }
}

/** What takes the place of the gateway's own form where a protocol has another. */
export interface RefusalForm {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Answers with a refusal; a response that has begun is cut, so that nobody takes it for a whole one. */
export function sendRefusal(response: ServerResponse, refusal: Refusal, form?: RefusalForm): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(form?.status ?? refusal.status, {
    "content-type": "application/json",
    [REASON_HEADER]: refusal.reason,
    ...(refusal.reason === "Unauthorized" ? { "www-authenticate": 'Basic realm="runyard"' } : {}),
    ...refusal.headers,
    ...form?.headers,
  });
  response.end(JSON.stringify(form?.body ?? { reason: refusal.reason, message: refusal.message }));
}

/** Any failure below a request as a refusal: what nobody foresaw is Internal and says nothing to the caller. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // The store has waited for its server; whatever was asked for comes after what the store is asked.
  if (hasCode(error, "Unavailable"))
    return new Refusal("Unavailable", "the API server does not answer, so nothing was done; try again later");
  return new Refusal("Internal", "the gateway failed; its log says why");
}
