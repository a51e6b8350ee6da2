// What all parts of one validation share.
import type { TemplateLookup } from "../template-lookup.ts";
import type { VariableMap } from "../variables.ts";

export interface ValidationContext {
  readonly templates: TemplateLookup;
  /** Global variables that will exist, with a placeholder where the value is not known yet. */
  readonly globals: VariableMap;
  /** Templates that were looked into, by scope and name. */
  readonly visited: Set<string>;
  /** A WorkflowTemplate by itself: arguments may come from the workflow that will use it. */
  readonly isTemplate: boolean;
}

/** Names of variables that may be used at some place. */
export type VariableNames = Set<string>;

const prefix = "__argo__internal__placeholder-";

/** Stands for a value that only a run has. Expressions that fail because of one are left alone. */
export const PLACEHOLDER = `${prefix}0`;

export function holdsPlaceholder(text: string | undefined): boolean {
  return text?.includes(prefix) ?? false;
}

/** Nothing is evaluated for its value, so time and chance do not matter. */
export const VALIDATION_SOURCES = { now: () => 0, random: () => 0 } as const;

/** Any reference below these prefixes is accepted, because the names are only known in a run. */
export const ANY_ITEM = "item.*";
export const ANY_OUTPUT = "workflow.outputs.parameters.*";
