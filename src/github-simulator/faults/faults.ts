// Faults on request: a user's test says which call or delivery goes wrong, how, and how often.

import type { Delivery } from "../state/check-rows.ts";

export interface RouteFault {
  readonly kind: "5xx" | "timeout-after-apply" | "secondary-limit" | "422-draft";
  /** Default: every method. */
  readonly method?: string;
  /** Path below the API (or of git), `{x}` for one segment, `*` for anything: "/repos/{owner}/{repo}/pulls". */
  readonly path: string;
  /** How many matching calls it strikes. Default 1. */
  readonly times?: number;
  /** Status of a "5xx" (default 502) or of a "secondary-limit" (403 by default, 429 on GitHub too). */
  readonly status?: number;
  /** The Retry-After of a "secondary-limit". Default 60. */
  readonly retryAfterSeconds?: number;
}

export interface DeliveryFault {
  /** `lose`: never sent. With `logged` (the default) the delivery log shows a failed connection, else nothing. */
  readonly kind: "lose" | "duplicate" | "delay";
  /** Default: every event. */
  readonly event?: string;
  readonly action?: string;
  readonly times?: number;
  readonly logged?: boolean;
  /** For `delay`. Default 1000. */
  readonly delayMs?: number;
}

export type Fault = RouteFault | DeliveryFault;

interface Armed<Kind> {
  readonly fault: Kind;
  left: number;
}

export class Faults {
  readonly #routes: Armed<RouteFault>[] = [];
  readonly #deliveries: Armed<DeliveryFault>[] = [];

  /** Arms a fault; faults strike in the order in which they were added. */
  add(fault: Fault): void {
    const left = fault.times ?? 1;
    if ("path" in fault) {
      this.#routes.push({ fault, left });
    } else {
      this.#deliveries.push({ fault, left });
    }
  }

  /** Disarms everything. */
  clear(): void {
    this.#routes.length = 0;
    this.#deliveries.length = 0;
  }

  /** The fault that strikes this call, if any; counts it as used. `isDraft` tells whether the body asks for a draft. */
  takeForCall(call: {
    readonly method: string;
    readonly path: string;
    readonly isDraft: boolean;
  }): RouteFault | undefined {
    return take(
      this.#routes,
      (fault) =>
        (fault.method === undefined || fault.method.toUpperCase() === call.method) &&
        (fault.kind !== "422-draft" || call.isDraft) &&
        patternOf(fault.path).test(call.path),
    );
  }

  takeForDelivery(delivery: Pick<Delivery, "event" | "action">): DeliveryFault | undefined {
    return take(
      this.#deliveries,
      (fault) =>
        (fault.event === undefined || fault.event === delivery.event) &&
        (fault.action === undefined || fault.action === delivery.action),
    );
  }
}

function take<Kind>(armed: readonly Armed<Kind>[], matches: (fault: Kind) => boolean): Kind | undefined {
  const found = armed.find((entry) => entry.left > 0 && matches(entry.fault));
  if (found === undefined) {
    return undefined;
  }
  found.left -= 1;
  return found.fault;
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{[^}]*\}|\*)/)
    .map((part) => {
      if (part === "*") {
        return ".*";
      }
      return part.startsWith("{") ? "[^/]+" : RegExp.escape(part);
    })
    .join("");
  return new RegExp(`^${source}$`);
}
