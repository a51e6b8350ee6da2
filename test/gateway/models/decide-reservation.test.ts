import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bookExpired,
  CALL_MS_MAX,
  decideReservation,
  EMPTY_ACCOUNT,
  settleReservation,
  sum,
  type Account,
} from "../../../src/gateway/models/decide-reservation.ts";
import { boundAmount, usageAmount } from "../../../src/gateway/models/money.ts";
import { readUsageLimit } from "../../../src/gateway/models/read-usage-limit.ts";
import { NO_USAGE } from "../../../src/gateway/models/read-usage.ts";

const LIMITS = { microUsd: 100, tokens: 1_000 };

function request(microUsd: number, tokens = 1) {
  return { id: "new", amount: { microUsd, tokens }, now: 0 };
}

function account(spent: number, reserved: number): Account {
  return { ...EMPTY_ACCOUNT, spentMicroUsd: spent, reservations: { old: { microUsd: reserved, tokens: 5, at: 0 } } };
}

describe("a reservation", () => {
  it.each([
    ["fits exactly", account(40, 50), request(10), "reserve"],
    ["would fit once others have ended", account(40, 50), request(11), "wait"],
    ["never fits", account(95, 0), request(6), "refuse"],
    ["has tokens that fit later", account(0, 0), request(0, 996), "wait"],
    ["has tokens that never fit", account(0, 0), request(0, 1_001), "refuse"],
  ] as const)("that %s", (_name, before, asked, kind) => {
    expect(decideReservation(before, asked, LIMITS).kind).toBe(kind);
  });

  it("that was made before is not counted a second time", () => {
    const before = { ...account(40, 0), reservations: { new: { microUsd: 60, tokens: 1, at: 0 } } };

    expect(decideReservation(before, request(60), LIMITS)).toEqual({ kind: "reserve", account: before });
  });

  it("is replaced by what the call cost, once", () => {
    const settled = settleReservation(account(1, 50), "old", { microUsd: 7, tokens: 3 });

    expect(settled).toEqual({ spentMicroUsd: 8, spentTokens: 3, reservations: {} });
    expect(settleReservation(settled, "old", { microUsd: 7, tokens: 3 })).toBe(settled);
  });

  it("of a gateway that crashed is booked in full when no call can last any longer", () => {
    const before = account(1, 50);

    expect(bookExpired(before, CALL_MS_MAX)).toBe(before);
    expect(bookExpired(before, CALL_MS_MAX + 1)).toEqual({ spentMicroUsd: 51, spentTokens: 5, reservations: {} });
  });

  it("never lets spent and reserved exceed the limit, whatever happens in whatever order", () => {
    const step = fc.record({
      worst: fc.nat(60),
      cost: fc.double({ min: 0, max: 1, noNaN: true }),
      settles: fc.boolean(),
      waitMs: fc.nat(CALL_MS_MAX),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let current = EMPTY_ACCOUNT;
        let now = 0;
        for (const [index, { worst, cost, settles, waitMs }] of steps.entries()) {
          now += waitMs;
          const id = `call-${index}`;
          const amount = { microUsd: worst, tokens: worst };
          const decision = decideReservation(current, { id, amount, now }, LIMITS);
          if (decision.kind !== "reserve") continue;
          current = decision.account;
          const actual = Math.floor(worst * cost);
          if (settles) current = settleReservation(current, id, { microUsd: actual, tokens: actual });
          if (current.spentMicroUsd + sum(current).microUsd > LIMITS.microUsd) return false;
        }
        return true;
      }),
    );
  });
});

describe("money", () => {
  const price = { input: 2, cacheRead: 0.2, cacheWrite: 3, output: 10 };
  const bound = { inputTokens: 100, outputTokens: 10, longCache: false };

  it("is reserved at the dearest input price", () => {
    expect(boundAmount(bound, price)).toEqual({ microUsd: 400, tokens: 110 });
    expect(boundAmount({ ...bound, longCache: true }, price).microUsd).toBe(500);
  });

  it("is booked by kind of token, and at the worst case where the wire is silent", () => {
    const usage = { input: 1, cacheRead: 10, cacheWrite: 2, cacheWriteLong: 1, output: 3 };

    expect(usageAmount(usage, bound, price)).toEqual({ microUsd: 2 + 2 + 6 + 4 + 30, tokens: 17 });
    expect(usageAmount({ ...usage, output: undefined }, bound, price).microUsd).toBe(14 + 100);
    expect(usageAmount({ ...NO_USAGE, output: 1 }, bound, price).microUsd).toBe(310);
  });
});

describe("the end of a usage limit", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");

  it.each([
    [{ "retry-after": "60" }, 60_000],
    [{ "retry-after": "Thu, 01 Jan 2026 00:02:00 GMT" }, 120_000],
    [{ "retry-after": "60", "anthropic-ratelimit-unified-reset": String(now / 1_000 + 300) }, 300_000],
    [{ "anthropic-ratelimit-tokens-reset": "2026-01-01T00:00:10Z" }, 10_000],
    [{ "x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-reset-requests": "20ms" }, 360_000],
    [{ "x-ratelimit-reset-requests": ["1h2m3.5s"] }, 3_723_500],
    [{ "x-ratelimit-reset-requests": "soon", "retry-after": "later" }, undefined],
    [{}, undefined],
  ])("of %j", (headers, afterMs) => {
    expect(readUsageLimit(headers, now)).toBe(afterMs === undefined ? undefined : now + afterMs);
  });
});
