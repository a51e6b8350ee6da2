import { nodeIdOf } from "../../../src/argo/workflow/names.ts";

export function evaluate(input: unknown): unknown {
  const { workflow, node } = input as { readonly workflow: string; readonly node: string };
  return nodeIdOf(workflow, node);
}
