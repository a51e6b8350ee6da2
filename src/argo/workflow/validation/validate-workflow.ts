// Whether a workflow, or a WorkflowTemplate by itself, can be run: Argo's own checks with Argo's words.
import type { Arguments, Workflow, WorkflowMetadata, WorkflowSpec } from "../../../resources/workflow.ts";
import { StepError, messageOf } from "../step-error.ts";
import type { TemplateLookup, TemplateSource } from "../template-lookup.ts";
import type { VariableMap } from "../variables.ts";
import { validateArguments } from "./validate-arguments.ts";
import { validateHooks } from "./validate-calls.ts";
import { validateNames } from "./validate-names.ts";
import { at } from "./validate-group.ts";
import { validateCall } from "./validate-template.ts";
import { type GivenArguments } from "./validate-group.ts";
import { PLACEHOLDER, type ValidationContext } from "./validation-context.ts";

export interface ValidationInput {
  readonly metadata: Workflow["metadata"];
  /** As it was given: not merged with the WorkflowTemplate that it refers to. */
  readonly spec: WorkflowSpec;
  readonly templates: TemplateLookup;
  readonly kind: "Workflow" | "WorkflowTemplate";
}

const NAME_LENGTH_MAX = 63;
const podGcStrategies = new Set(["OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"]);

/** What is wrong; undefined when nothing is. Templates that were looked up are stored by the lookup. */
export function validateWorkflow(input: ValidationInput): string | undefined {
  try {
    validate(input);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function validate({ metadata, spec, templates, kind }: ValidationInput): void {
  requireName(kind, metadata.name);
  const own: TemplateSource = { scope: "local", name: metadata.name, spec };
  const reference = spec.workflowTemplateRef;
  if (reference !== undefined && (spec.templates ?? []).length > 0) {
    throw new StepError("Templates is invalid field in spec if workflow referred WorkflowTemplate reference");
  }
  const referred = reference === undefined ? undefined : templates.sourceOf(reference).spec;
  validateNames(spec.templates ?? [], "field", "spec.templates");
  const given = mergeArguments(spec, referred);
  const isTemplate = kind === "WorkflowTemplate";
  validateArguments("spec.arguments.", given, isTemplate);
  const context: ValidationContext = {
    templates,
    globals: globalNames({ metadata, spec, given, referred }),
    visited: new Set(),
    isTemplate,
  };
  const call = (name: string, values: GivenArguments): void => {
    const { name: owner = "", clusterScope } = reference ?? {};
    const templateRef = { name: owner, template: name, ...(clusterScope === undefined ? {} : { clusterScope }) };
    validateCall(
      context,
      own,
      reference === undefined ? { kind: "step", template: name } : { kind: "step", templateRef },
      values,
    );
  };
  validateEntry(spec, referred, { call, context, given });
  validateHooks(spec.hooks, "hooks");
  requirePodGc(spec);
  for (const { name = "" } of referred?.templates ?? spec.templates ?? []) {
    at(`templates.${name}`, () => {
      call(name, undefined);
    });
  }
}

function requireName(kind: string, name: string): void {
  if (name.length <= NAME_LENGTH_MAX) return;
  const title = kind === "Workflow" ? "workflow" : "workflow template";
  const rule = `must not be more than ${NAME_LENGTH_MAX} characters long (currently ${name.length})`;
  throw new StepError(`${title} name "${name}" ${rule}`);
}

interface EntryTools {
  readonly call: (name: string, given: GivenArguments) => void;
  readonly context: ValidationContext;
  readonly given: Arguments;
}

function validateEntry(
  spec: WorkflowSpec,
  referred: WorkflowSpec | undefined,
  { call, context, given }: EntryTools,
): void {
  const entrypoint = spec.entrypoint ?? referred?.entrypoint;
  if (entrypoint === undefined && !context.isTemplate) throw new StepError("spec.entrypoint is required");
  if (entrypoint !== undefined) call(entrypoint, context.isTemplate ? undefined : given);
  const onExit = spec.onExit ?? referred?.onExit;
  if (onExit === undefined) return;
  context.globals.set("workflow.failures", PLACEHOLDER);
  call(onExit, context.isTemplate ? undefined : given);
}

function requirePodGc({ podGC }: WorkflowSpec): void {
  const strategy = podGC?.strategy;
  if (strategy !== undefined && !podGcStrategies.has(strategy)) {
    throw new StepError(`podGC.strategy unknown strategy '${strategy}'`);
  }
}

function mergeArguments(spec: WorkflowSpec, referred: WorkflowSpec | undefined): Required<Arguments> {
  const own = spec.arguments?.parameters ?? [];
  const names = new Set(own.map(({ name }) => name));
  const inherited = (referred?.arguments?.parameters ?? []).filter(({ name }) => !names.has(name));
  return { parameters: [...own, ...inherited] };
}

interface GlobalNames {
  readonly metadata: Workflow["metadata"];
  readonly spec: WorkflowSpec;
  readonly given: Required<Arguments>;
  readonly referred: WorkflowSpec | undefined;
}

function globalNames({ metadata, spec, given, referred }: GlobalNames): VariableMap {
  const fixed = ["name", "namespace", "mainEntrypoint", "serviceAccountName", "uid", "status"];
  const lists = ["annotations", "annotations.json", "labels", "labels.json"];
  const globals: VariableMap = new Map([...fixed, ...lists].map((name) => [`workflow.${name}`, PLACEHOLDER]));
  if (given.parameters.length > 0) {
    globals.set("workflow.parameters", PLACEHOLDER).set("workflow.parameters.json", PLACEHOLDER);
  }
  for (const { name, value } of given.parameters) globals.set(`workflow.parameters.${name}`, value ?? PLACEHOLDER);
  for (const source of [metadata, spec.workflowMetadata ?? {}, referred?.workflowMetadata ?? {}]) {
    addMetadataNames(globals, source);
  }
  if (spec.priority !== undefined) globals.set("workflow.priority", String(spec.priority));
  return globals;
}

function addMetadataNames(globals: VariableMap, source: WorkflowMetadata): void {
  for (const name of Object.keys(source.annotations ?? {})) globals.set(`workflow.annotations.${name}`, PLACEHOLDER);
  const labels = [...Object.keys(source.labels ?? {}), ...Object.keys(source.labelsFrom ?? {})];
  for (const name of labels) globals.set(`workflow.labels.${name}`, PLACEHOLDER);
}
