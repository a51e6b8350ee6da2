import { anyString } from "../../../src/argo/workflow/any-string.ts";

export function evaluate(input: unknown): unknown {
  return anyString(JSON.parse(input as string));
}
