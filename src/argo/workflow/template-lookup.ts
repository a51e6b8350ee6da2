// Finds the template that a step, task or hook calls, in the workflow or in a WorkflowTemplate. What came from a
// WorkflowTemplate is kept in status.storedTemplates, so that a running workflow does not see later edits.
import type { Template, WorkflowSpec } from "../../resources/workflow.ts";
import { specOf, type Facts } from "./facts.ts";
import { applyTemplateDefaults } from "./merge-specs.ts";
import type { CallReference } from "./call-reference.ts";
import { StepError } from "./step-error.ts";

/** Where names of templates are looked up: the workflow itself or one WorkflowTemplate. */
export interface TemplateSource {
  readonly scope: "local" | "namespaced" | "cluster";
  readonly name: string;
  readonly spec: WorkflowSpec;
}

export interface ResolvedTemplate {
  readonly template: Template;
  readonly type: TemplateType;
  /** Where the template's own calls are looked up. */
  readonly source: TemplateSource;
}

export class TemplateNotFound extends StepError {}

export class TemplateLookup {
  readonly #facts: Facts;
  readonly #defaults: Template | undefined;
  readonly #stored: Map<string, Template>;
  readonly #byName = new WeakMap<WorkflowSpec, ReadonlyMap<string, Template>>();
  readonly #finished = new WeakMap<Template, Template>();

  constructor(facts: Facts, stored: Readonly<Record<string, Template>>, defaults: Template | undefined) {
    this.#facts = facts;
    this.#stored = new Map(Object.entries(stored));
    this.#defaults = defaults;
  }

  get stored(): ReadonlyMap<string, Template> {
    return this.#stored;
  }

  /** The template with `podMetadata` and `templateDefaults` merged in. StepError when there is none. */
  resolve(source: TemplateSource, call: CallReference): ResolvedTemplate {
    const { template, ...rest } = this.resolvePlain(source, call);
    const known = this.#finished.get(template);
    const finished = known ?? applyTemplateDefaults(template, this.#defaults);
    if (known === undefined) this.#finished.set(template, finished);
    return { template: finished, ...rest };
  }

  /** As `resolve`, without the workflow's defaults: what validation looks at. */
  resolvePlain(source: TemplateSource, call: CallReference): ResolvedTemplate {
    const key = storageKey(source, call);
    const stored = key === undefined ? undefined : this.#stored.get(key);
    const template = stored ?? this.#find(source, call);
    const next = call.templateRef === undefined ? source : this.sourceOf(call.templateRef);
    if (key !== undefined && stored === undefined) this.#stored.set(key, template);
    if (stored === undefined && next.scope !== "local") this.#storeInline(next, template);
    const type = typeOf(template);
    if (type === undefined) throw new StepError(`template '${template.name ?? ""}' type is unknown`);
    return { template, type, source: next };
  }

  /** A WorkflowTemplate as a source. StepError when it does not exist or cannot be used. */
  sourceOf(reference: { readonly name?: string; readonly clusterScope?: boolean }): TemplateSource {
    const { name = "", clusterScope = false } = reference;
    const fact = this.#facts.workflowTemplate(name, clusterScope);
    if (fact === undefined) {
      const kind = clusterScope ? "clusterworkflowtemplates" : "workflowtemplates";
      throw new TemplateNotFound(`${kind}.argoproj.io "${name}" not found`);
    }
    const spec = specOf(fact);
    if (spec === undefined) throw new StepError(`WorkflowTemplate ${name} uses what is not supported`);
    return { scope: clusterScope ? "cluster" : "namespaced", name, spec };
  }

  /** Undefined when the source has no template of that name. */
  named({ spec }: TemplateSource, name: string): Template | undefined {
    const known = this.#byName.get(spec);
    const byName = known ?? indexTemplates(spec);
    if (known === undefined) this.#byName.set(spec, byName);
    return byName.get(name);
  }

  #find(source: TemplateSource, call: CallReference): Template {
    if (call.inline !== undefined) return call.inline;
    if (call.templateRef !== undefined) {
      const { template: name = "", name: owner = "" } = call.templateRef;
      const template = this.named(this.sourceOf(call.templateRef), name);
      if (template === undefined) {
        throw new TemplateNotFound(`template ${name} not found in workflow template ${owner}`);
      }
      return template;
    }
    if (call.template === undefined) throw new StepError("failed to get a template");
    const template = this.named(source, call.template);
    if (template === undefined) throw new TemplateNotFound(`template ${call.template} not found`);
    return template;
  }

  /** Inline templates of a stored template are stored beside it. */
  #storeInline(source: TemplateSource, template: Template): void {
    for (const call of [...(template.steps ?? []).flat(), ...(template.dag?.tasks ?? [])]) {
      if (call.inline === undefined) continue;
      const key = inlineKey(source, call.name);
      if (!this.#stored.has(key)) this.#stored.set(key, call.inline);
    }
  }
}

export type TemplateType = "container" | "script" | "resource" | "suspend" | "dag" | "steps";

/** The one type that the template has; undefined when it has none. */
export function typeOf(template: Template): TemplateType | undefined {
  return templateTypes.find((type) => template[type] !== undefined);
}

/** In the order in which Argo looks. */
export const templateTypes: readonly TemplateType[] = ["container", "steps", "dag", "script", "resource", "suspend"];

/** Container, script and resource templates are pods for Argo. */
export function isPodType(type: TemplateType | undefined): boolean {
  return type === "container" || type === "script" || type === "resource";
}

/** `local/<workflow>`, `namespaced/<template>` or `cluster/<template>`. */
export function templateScopeOf({ scope, name }: TemplateSource): string {
  return `${scope}/${name}`;
}

/** Templates of the workflow itself need not be stored. */
function storageKey(source: TemplateSource, call: CallReference): string | undefined {
  if (call.templateRef !== undefined) {
    const { name = "", template = "", clusterScope = false } = call.templateRef;
    return `${clusterScope ? "cluster" : "namespaced"}/${name}/${template}`;
  }
  if (source.scope === "local") return undefined;
  if (call.inline !== undefined) return inlineKey(source, String(call.name));
  return `${templateScopeOf(source)}/${String(call.template)}`;
}

function inlineKey(source: TemplateSource, name: string): string {
  return `${templateScopeOf(source)}/inline/${name}`;
}

function indexTemplates(spec: WorkflowSpec): ReadonlyMap<string, Template> {
  const { podMetadata, templates = [] } = spec;
  return new Map(
    templates.map((template) => [
      String(template.name),
      podMetadata === undefined
        ? template
        : {
            ...template,
            metadata: {
              labels: { ...podMetadata.labels, ...template.metadata?.labels },
              annotations: { ...podMetadata.annotations, ...template.metadata?.annotations },
            },
          },
    ]),
  );
}
