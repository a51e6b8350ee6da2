import { areConditionsMet, formatConditions, parseConditions } from "../../../src/argo/sensor/conditions.ts";

interface Input {
  readonly dependencies: readonly string[];
  readonly conditions?: string;
  readonly satisfied: readonly string[];
}

export function evaluate(input: unknown): unknown {
  const { dependencies, conditions, satisfied } = input as Input;
  const parsed = parseConditions(conditions, dependencies);
  return { expression: formatConditions(parsed), fires: areConditionsMet(parsed, new Set(satisfied)) };
}
