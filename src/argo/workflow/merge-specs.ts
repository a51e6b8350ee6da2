// Merging of specs as Argo does it with strategic merge patches: the workflow over the WorkflowTemplate that it refers to,
// and a template over the workflow's templateDefaults.
import type { Parameter, Template, WorkflowSpec } from "../../resources/workflow.ts";

const mergedTypes = ["container", "script", "resource", "suspend", "dag", "steps"] as const;

/**
 * The spec that a workflow with `workflowTemplateRef` runs: its own fields win, objects are merged, lists with a name are
 * merged by name, and an argument of the workflow replaces the template's as a whole.
 */
export function mergeWorkflowSpecs(own: WorkflowSpec, template: WorkflowSpec): WorkflowSpec {
  const { suspend: _, shutdown: __, ...inherited } = template;
  const merged = mergeValues(inherited, own, "") as WorkflowSpec;
  const ownParameters = own.arguments?.parameters ?? [];
  const all = [...ownParameters, ...(template.arguments?.parameters ?? []), ...ownParameters];
  // Own arguments come first, as in a strategic merge; what is set last counts.
  const byName = new Map<string, Parameter>(all.map((parameter) => [parameter.name, parameter]));
  const hooks = { ...template.hooks, ...own.hooks };
  return {
    ...merged,
    ...(byName.size === 0 ? {} : { arguments: { parameters: [...byName.values()] } }),
    ...(Object.keys(hooks).length === 0 ? {} : { hooks }),
  };
}

/** Defaults below the template; defaults of other template types than its own are left out. */
export function applyTemplateDefaults(template: Template, defaults: Template | undefined): Template {
  if (defaults === undefined) return template;
  const applicable = Object.fromEntries(
    Object.entries(defaults).filter(([key]) => {
      const isType = (mergedTypes as readonly string[]).includes(key);
      return key !== "name" && (!isType || template[key as keyof Template] !== undefined);
    }),
  );
  return mergeValues(applicable, template, "") as Template;
}

/** Lists that are merged item by item, with the field that tells their items apart; every other list is replaced. */
const mergedLists: ReadonlyMap<string, string> = new Map([
  ...["templates", "parameters", "env", "tasks", "volumes"].map((list) => [list, "name"] as const),
  ["volumeMounts", "mountPath"],
]);

function mergeValues(base: unknown, over: unknown, key: string): unknown {
  if (isRecord(base) && isRecord(over)) {
    const merged: Record<string, unknown> = { ...base };
    for (const [name, value] of Object.entries(over)) {
      merged[name] = name in base ? mergeValues(base[name], value, name) : value;
    }
    return merged;
  }
  const mergeKey = mergedLists.get(key);
  if (mergeKey !== undefined && isRecords(base) && isRecords(over)) return mergeItems(base, over, mergeKey);
  return over;
}

type Fields = Readonly<Record<string, unknown>>;

function mergeItems(base: readonly Fields[], over: readonly Fields[], mergeKey: string): unknown[] {
  const find = (items: readonly Fields[], { [mergeKey]: key }: Fields) => items.find((item) => item[mergeKey] === key);
  const merged = over.map((item) => mergeValues(find(base, item) ?? {}, item, ""));
  return [...merged, ...base.filter((item) => find(over, item) === undefined)];
}

function isRecords(value: unknown): value is readonly Fields[] {
  return Array.isArray(value) && value.every(isRecord);
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
