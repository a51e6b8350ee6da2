// What a call names.
import type { Template, TemplateRef } from "../../resources/workflow.ts";

export interface CallReference {
  readonly kind: "entry" | "step" | "task" | "hook";
  readonly name?: string;
  readonly template?: string;
  readonly templateRef?: TemplateRef;
  readonly inline?: Template;
}
