import { loopChildName, parseLoopItems, type LoopItem } from "../../../src/argo/workflow/loop-items.ts";

export function evaluate(input: unknown): unknown {
  return describeItems(parseLoopItems(input as string));
}

/** Names and variables of the children of a step called `s`. */
export function describeItems(items: readonly LoopItem[]): unknown {
  return {
    names: items.map((item, index) => loopChildName("s", index, item)),
    vars: items.map((item) => item.variables),
  };
}
