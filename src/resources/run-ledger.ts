// Where a run's money is kept: a ConfigMap beside the run, written by the gateway alone, read by `finish` and the CLI.
import type { ConfigMap } from "./core.ts";
import type { KubernetesObject, ObjectKey } from "./object-meta.ts";

/** The key of the ConfigMap that holds the account, as JSON. */
export const ACCOUNT_KEY = "account.json";

/** `<run>-ledger`, in the run's namespace. */
export function ledgerKey(run: KubernetesObject): ObjectKey {
  return { namespace: run.metadata.namespace ?? "", name: `${run.metadata.name}-ledger` };
}

/** Millionths of a US dollar that the run has spent; 0 where there is no account, or none that can be read. */
export function spentMicroUsd(ledger: ConfigMap | undefined): number {
  const text = ledger?.data?.[ACCOUNT_KEY];
  if (text === undefined) return 0;
  try {
    const { spentMicroUsd: spent } = JSON.parse(text) as { readonly spentMicroUsd?: unknown };
    return typeof spent === "number" ? spent : 0;
  } catch {
    return 0;
  }
}
