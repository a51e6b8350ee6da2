// A request with several tasks is a workflow that makes workflows. Argo stops only the one it is asked to stop, and what
// a resource step made goes on: here a stop of the parent reaches its children, whoever asked for it.
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import type { ShutdownStrategy, Workflow } from "../../resources/workflow.ts";

/** How the child is to be shut down now, or undefined where nothing is to be changed. */
export function decideChildWorkflow(child: Workflow, parent: Workflow): ShutdownStrategy | undefined {
  const asked = parent.spec.shutdown;
  if (asked === undefined || isEnded(child.status?.phase)) return undefined;
  // Terminate is not taken back by Stop.
  return child.spec.shutdown === asked || child.spec.shutdown === "Terminate" ? undefined : asked;
}
