// Labels and annotations by which a workflow's pods are found again, as Argo names them.

export const WORKFLOW_LABELS = {
  workflow: "workflows.argoproj.io/workflow",
  completed: "workflows.argoproj.io/completed",
  onExit: "workflows.argoproj.io/on-exit",
  nodeId: "workflows.argoproj.io/node-id",
  nodeName: "workflows.argoproj.io/node-name",
} as const;

/** Annotation on a step's pod: its output parameters after substitution, as JSON of `PodOutputParameter[]`. */
export const OUTPUT_PARAMETERS = "runyard.dev/output-parameters";
