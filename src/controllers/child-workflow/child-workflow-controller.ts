// Passes the stop of a workflow on to the workflows that its steps made.
import { apiVersionOf } from "../../resources/kind.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { keyOf, type ObjectKey, type OwnerReference } from "../../resources/object-meta.ts";
import type { Workflow } from "../../resources/workflow.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { SETTLED, watchOf, type Controller, type Outcome } from "../loop/controller.ts";
import { WakeIndex } from "../loop/wake-index.ts";
import { decideChildWorkflow } from "./decide-child-workflow.ts";

/** The same on both engines. Its keys are children. */
export function createChildWorkflowController(store: ResourceStore): Controller {
  const parents = new WakeIndex();
  return {
    name: "child-workflow",
    watches: [
      watchOf({
        kind: WORKFLOW,
        map: (workflow) => {
          const own = parentOf(workflow) === undefined ? [] : [keyOf(workflow)];
          return [...own, ...parents.waitersFor(keyOf(workflow))];
        },
      }),
    ],
    reconcile: (key) => reconcileChild(store, parents, key),
  };
}

async function reconcileChild(store: ResourceStore, parents: WakeIndex, key: ObjectKey): Promise<Outcome> {
  const child = await store.get(WORKFLOW, key);
  const owner = child === undefined ? undefined : parentOf(child);
  const parentKey = owner === undefined ? undefined : { namespace: key.namespace, name: owner.name };
  parents.set(key, parentKey === undefined ? [] : [parentKey]);
  if (child === undefined || parentKey === undefined) return SETTLED;
  const parent = await store.get(WORKFLOW, parentKey);
  if (parent === undefined || parent.metadata.uid !== owner?.uid) return SETTLED;
  const shutdown = decideChildWorkflow(child, parent);
  // With the version that was read: a Conflict with the workflow's own controller repeats the pass.
  if (shutdown !== undefined) await store.update(WORKFLOW, { ...child, spec: { ...child.spec, shutdown } });
  return SETTLED;
}

function parentOf({ metadata }: Workflow): OwnerReference | undefined {
  return metadata.ownerReferences?.find(
    ({ apiVersion, kind }) => kind === WORKFLOW.kind && apiVersion === apiVersionOf(WORKFLOW),
  );
}
