// Tokens as money. US dollars per million tokens are millionths of a dollar per token, so no conversion is needed.
import type { ModelPrice } from "../../configuration/configuration.ts";

/** What one call used, as far as the wire said it; undefined parts are unknown. */
export interface CallUsage {
  /** Read from no cache. */
  readonly input: number | undefined;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Written to a cache that lives an hour: Anthropic charges twice the input price. */
  readonly cacheWriteLong: number;
  readonly output: number | undefined;
}

/** The most that one call can use, known before it goes out. */
export interface CallBound {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The call may write to a cache that lives an hour. */
  readonly longCache: boolean;
}

export interface Amount {
  readonly microUsd: number;
  readonly tokens: number;
}

/** The worst case: every input token at the dearest input price, every output token that the call may return. */
export function boundAmount(bound: CallBound, price: ModelPrice): Amount {
  return {
    microUsd: Math.ceil(bound.inputTokens * dearestInput(bound, price) + bound.outputTokens * price.output),
    tokens: bound.inputTokens + bound.outputTokens,
  };
}

/** What a call cost. What the wire did not say is taken at its worst case. */
export function usageAmount(usage: CallUsage, bound: CallBound, price: ModelPrice): Amount {
  const output = usage.output ?? bound.outputTokens;
  const cached = usage.cacheRead + usage.cacheWrite + usage.cacheWriteLong;
  if (usage.input === undefined) {
    return boundAmount({ ...bound, outputTokens: output }, price);
  }
  const microUsd =
    usage.input * price.input +
    usage.cacheRead * price.cacheRead +
    usage.cacheWrite * price.cacheWrite +
    usage.cacheWriteLong * longCacheWrite(price) +
    output * price.output;
  return { microUsd: Math.ceil(microUsd), tokens: usage.input + cached + output };
}

function dearestInput(bound: CallBound, price: ModelPrice): number {
  return Math.max(price.input, price.cacheRead, price.cacheWrite, bound.longCache ? longCacheWrite(price) : 0);
}

function longCacheWrite(price: ModelPrice): number {
  return Math.max(price.cacheWrite, 2 * price.input);
}
