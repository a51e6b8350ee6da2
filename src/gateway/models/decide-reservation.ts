// The arithmetic of a budget: what is spent and what is reserved for calls under way never exceeds the limit together.
// Pure, so that it can be proved; ledger.ts keeps the result durable.
import type { Amount } from "./money.ts";

export interface Reservation extends Amount {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Account {
  readonly spentMicroUsd: number;
  readonly spentTokens: number;
  /** Worst cases of the calls under way, by reservation id. */
  readonly reservations: Readonly<Record<string, Reservation>>;
}

export const EMPTY_ACCOUNT: Account = { spentMicroUsd: 0, spentTokens: 0, reservations: {} };

export interface AccountLimits {
  readonly microUsd: number;
  readonly tokens: number;
}

export type ReservationDecision =
  | { readonly kind: "reserve"; readonly account: Account }
  /** Would fit if the calls under way cost nothing: worth waiting for their end. */
  | { readonly kind: "wait" }
  | { readonly kind: "refuse"; readonly limit: "usd" | "tokens" };

/**
 * The longest that a model call may take. A reservation that is older was not settled by its gateway, which has crashed:
 * it is booked as spent in full, because nobody knows what the provider charged.
 */
export const CALL_MS_MAX = 30 * 60_000;

export function decideReservation(
  account: Account,
  request: { readonly id: string; readonly amount: Amount; readonly now: number },
  limits: AccountLimits,
): ReservationDecision {
  // Made before, by a write whose answer was lost.
  if (account.reservations[request.id] !== undefined) return { kind: "reserve", account };
  const current = bookExpired(account, request.now);
  const { microUsd, tokens } = request.amount;
  if (current.spentMicroUsd + microUsd > limits.microUsd) return { kind: "refuse", limit: "usd" };
  if (current.spentTokens + tokens > limits.tokens) return { kind: "refuse", limit: "tokens" };
  const reserved = sum(current);
  if (current.spentMicroUsd + reserved.microUsd + microUsd > limits.microUsd) return { kind: "wait" };
  if (current.spentTokens + reserved.tokens + tokens > limits.tokens) return { kind: "wait" };
  const reservation = { microUsd, tokens, at: request.now };
  return {
    kind: "reserve",
    account: { ...current, reservations: { ...current.reservations, [request.id]: reservation } },
  };
}

/** Replaces a reservation by what the call really cost. A reservation that is not there was booked already: no change. */
export function settleReservation(account: Account, id: string, actual: Amount): Account {
  const { [id]: settled, ...reservations } = account.reservations;
  if (settled === undefined) return account;
  return {
    spentMicroUsd: account.spentMicroUsd + actual.microUsd,
    spentTokens: account.spentTokens + actual.tokens,
    reservations,
  };
}

/** Books every reservation in full that no gateway can still settle. */
export function bookExpired(account: Account, now: number): Account {
  return Object.entries(account.reservations)
    .filter(([, reservation]) => now - reservation.at > CALL_MS_MAX)
    .reduce((current, [id, reservation]) => settleReservation(current, id, reservation), account);
}

/** What is held back for calls under way. */
export function sum(account: Account): Amount {
  const reservations = Object.values(account.reservations);
  return {
    microUsd: reservations.reduce((total, { microUsd }) => total + microUsd, 0),
    tokens: reservations.reduce((total, { tokens }) => total + tokens, 0),
  };
}
