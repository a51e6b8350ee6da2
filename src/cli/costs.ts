// What runs have cost: the account that the gateway keeps beside each of them, in the ConfigMap `<run>-ledger`.
import type { ResourceReader } from "../platform/resource-store.ts";
import { CONFIG_MAP } from "../resources/core.ts";
import { ACCOUNT_KEY, ledgerKey } from "../resources/run-ledger.ts";
import { isJsonObject } from "../resources/structural-schema.ts";
import type { Run } from "./runs-of-workflow.ts";

export interface Cost {
  readonly microUsd: number;
  readonly tokens: number;
  /** Worst cases of the calls under way. */
  readonly reservedMicroUsd: number;
}

/** Undefined before the first call of a model. */
export async function costOf(store: ResourceReader, run: Run): Promise<Cost | undefined> {
  const text = (await store.get(CONFIG_MAP, ledgerKey(run)))?.data?.[ACCOUNT_KEY];
  return text === undefined ? undefined : parseAccount(text);
}

/** `$0.42, 12,345 tokens`. */
export function formatCost({ microUsd, tokens, reservedMicroUsd }: Cost): string {
  const reserved = reservedMicroUsd === 0 ? "" : ` (and up to ${dollars(reservedMicroUsd)} for calls under way)`;
  return `${dollars(microUsd)}, ${tokens.toLocaleString("en-US")} tokens${reserved}`;
}

export function sumCosts(costs: readonly Cost[]): Cost {
  return costs.reduce(
    (sum, cost) => ({
      microUsd: sum.microUsd + cost.microUsd,
      tokens: sum.tokens + cost.tokens,
      reservedMicroUsd: sum.reservedMicroUsd + cost.reservedMicroUsd,
    }),
    { microUsd: 0, tokens: 0, reservedMicroUsd: 0 },
  );
}

function parseAccount(text: string): Cost | undefined {
  let account: unknown;
  try {
    account = JSON.parse(text);
  } catch {
    return undefined; // Written by another version: no cost is shown rather than a wrong one.
  }
  if (!isJsonObject(account)) return undefined;
  const reservations = isJsonObject(account["reservations"]) ? Object.values(account["reservations"]) : [];
  const reserved = reservations.map((each) => (isJsonObject(each) ? numberOf(each["microUsd"]) : 0));
  return {
    microUsd: numberOf(account["spentMicroUsd"]),
    tokens: numberOf(account["spentTokens"]),
    reservedMicroUsd: reserved.reduce((sum, each) => sum + each, 0),
  };
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(microUsd < 10_000 && microUsd > 0 ? 4 : 2)}`;
}
