// What passes asked for, so that the next one reads it beforehand: a decision that lacks something is made anew from the
// start. The first pass over a workflow asks for what the last one of the same WorkflowTemplate asked for.
import type { Need } from "../../argo/workflow/facts.ts";
import type { Workflow } from "../../resources/workflow.ts";

/** WorkflowTemplates whose needs are remembered; the one that was not used for longest is forgotten first. */
export const REMEMBERED_TEMPLATES_MAX = 100;

export class RememberedNeeds {
  readonly #ofWorkflows = new Map<string, readonly Need[]>();
  readonly #ofTemplates = new Map<string, readonly Need[]>();

  of(workflow: Workflow, key: string): readonly Need[] {
    const template = templateOf(workflow);
    return this.#ofWorkflows.get(key) ?? (template === undefined ? [] : (this.#ofTemplates.get(template) ?? []));
  }

  set(workflow: Workflow, key: string, needs: readonly Need[]): void {
    // Resource steps are read again only if they are still waited for.
    const lasting = needs.filter(({ kind }) => kind !== "resource");
    this.#ofWorkflows.set(key, lasting);
    const template = templateOf(workflow);
    if (template === undefined) return;
    this.#ofTemplates.delete(template);
    this.#ofTemplates.set(template, lasting);
    for (const oldest of this.#ofTemplates.keys()) {
      if (this.#ofTemplates.size <= REMEMBERED_TEMPLATES_MAX) break;
      this.#ofTemplates.delete(oldest);
    }
  }

  /** The workflow has ended or is gone. */
  forget(key: string): void {
    this.#ofWorkflows.delete(key);
  }
}

function templateOf({ metadata, spec }: Workflow): string | undefined {
  const { name, clusterScope = false } = spec.workflowTemplateRef ?? {};
  return name === undefined ? undefined : `${clusterScope ? "" : (metadata.namespace ?? "")}/${name}`;
}
