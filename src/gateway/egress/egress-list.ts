// Where the list of allowed hosts of a run is kept: as an annotation on a ConfigMap that belongs to the run. `prepare`,
// which alone has read the base branch, may hand it over; the controllers may write it too.
import type { ResourceReader, ResourceStore } from "../../platform/resource-store.ts";
import { CONFIG_MAP, type ConfigMap } from "../../resources/core.ts";
import { LABELS } from "../../resources/run-identity.ts";
import type { RunContext } from "../callers.ts";
import { newLedger } from "../models/ledger.ts";
import { ledgerKey } from "../../resources/run-ledger.ts";
import { Refusal } from "../refusal.ts";
import { updateObject } from "../update-object.ts";
import { EGRESS_ALLOW, parseAllowedHosts } from "./allowed-hosts.ts";

/** The hosts that the run may reach; none unless somebody who may say so has said so. */
export async function readEgressList(store: ResourceReader, run: RunContext): Promise<readonly string[]> {
  const { items } = await store.list<ConfigMap>(CONFIG_MAP, {
    namespace: run.namespace,
    labelSelector: `${LABELS.run}=${run.object.metadata.name},${LABELS.runKind}=${run.object.kind}`,
  });
  // A label is easily written; an owner reference names this very run.
  const own = items.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === run.object.metadata.uid),
  );
  return own.flatMap(({ metadata }) => parseAnnotation(metadata.annotations?.[EGRESS_ALLOW]));
}

/** Replaces the list that `prepare` hands over; Invalid names the entry that is no host. */
export async function writeEgressList(store: ResourceStore, run: RunContext, value: unknown): Promise<void> {
  const hosts = parseAllowedHosts(value);
  if ("problem" in hosts) throw new Refusal("Invalid", `egress.allow: ${hosts.problem}`);
  await updateObject<ConfigMap>({
    store,
    kind: CONFIG_MAP,
    key: ledgerKey(run.object),
    change: (current) => {
      const ledger = current ?? newLedger(run.object);
      const annotations = { ...ledger.metadata.annotations, [EGRESS_ALLOW]: JSON.stringify(hosts) };
      return { ...ledger, metadata: { ...ledger.metadata, annotations } };
    },
  });
}

/** An unreadable list allows nothing. */
function parseAnnotation(text: string | undefined): readonly string[] {
  try {
    const hosts = parseAllowedHosts(JSON.parse(text ?? "[]"));
    return "problem" in hosts ? [] : hosts;
  } catch {
    return [];
  }
}
