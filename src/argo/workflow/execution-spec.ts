// The spec that a workflow runs: its own, or its own merged over the WorkflowTemplate that it refers to. The merged one is
// made once and kept in the status, so that later edits of the WorkflowTemplate do not reach a running workflow.
import type { Workflow, WorkflowSpec } from "../../resources/workflow.ts";
import type { Facts } from "./facts.ts";
import { mergeWorkflowSpecs } from "./merge-specs.ts";
import { formatProblems, type ParsedSpec } from "./parse-spec.ts";
import type { TemplateSource } from "./template-lookup.ts";
import type { PhaseChange } from "./workflow-status.ts";

export interface ExecutionSpec {
  readonly spec: WorkflowSpec;
  readonly ownSpec: WorkflowSpec;
  /** To be kept in the status. */
  readonly storedSpec: WorkflowSpec | undefined;
  readonly source: TemplateSource;
  readonly labels: Readonly<Record<string, string>>;
}

export type ReadSpec =
  | (ExecutionSpec & { readonly kind: "ready" })
  | { readonly kind: "wrong"; readonly labels: ExecutionSpec["labels"]; readonly change: PhaseChange };

export function readExecutionSpec(input: {
  readonly workflow: Workflow;
  readonly parsed: ParsedSpec;
  readonly facts: Facts;
}): ReadSpec {
  const { workflow, parsed, facts } = input;
  if (!parsed.isValid) return wrong({}, "Failed", `invalid spec: ${formatProblems(parsed.problems)}`);
  const own = parsed.spec;
  const reference = own.workflowTemplateRef;
  if (reference === undefined) {
    const source: TemplateSource = { scope: "local", name: workflow.metadata.name, spec: own };
    return { kind: "ready", spec: own, ownSpec: own, storedSpec: undefined, source, labels: {} };
  }
  const { name, clusterScope = false } = reference;
  const labels = { [`workflows.argoproj.io/${clusterScope ? "cluster-" : ""}workflow-template`]: name };
  const stored = workflow.status?.storedWorkflowTemplateSpec;
  if (stored !== undefined)
    return ready(own, isCurrent(own, stored) ? stored : mergeWorkflowSpecs(own, stored), labels);
  const fact = facts.workflowTemplate(name, clusterScope);
  if (fact === undefined) {
    const kind = clusterScope ? "clusterworkflowtemplates" : "workflowtemplates";
    return wrong({}, "Error", `${kind}.argoproj.io "${name}" not found`);
  }
  if (!fact.parsed.isValid) {
    const problems = formatProblems(fact.parsed.problems);
    return wrong(labels, "Failed", `invalid spec: WorkflowTemplate ${name}: ${problems}`);
  }
  return ready(own, mergeWorkflowSpecs(own, fact.parsed.spec), labels);
}

/** Templates of a referred WorkflowTemplate count as local ones of a workflow without a name, as in Argo. */
function ready(own: WorkflowSpec, spec: WorkflowSpec, labels: ExecutionSpec["labels"]): ReadSpec {
  const source: TemplateSource = { scope: "local", name: "", spec };
  return { kind: "ready", spec, ownSpec: own, storedSpec: spec, source, labels };
}

function isCurrent(own: WorkflowSpec, stored: WorkflowSpec): boolean {
  return own.suspend === stored.suspend && own.shutdown === stored.shutdown;
}

function wrong(labels: ExecutionSpec["labels"], phase: "Failed" | "Error", message: string): ReadSpec {
  return { kind: "wrong", labels, change: { phase, message } };
}
