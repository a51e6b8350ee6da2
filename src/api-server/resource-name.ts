// How Kubernetes names a resource in its messages.
import type { Kind } from "../resources/kind.ts";

/** `pods`, `coderuns.agents.platform`. */
export function resourceNameOf({ group, plural }: Pick<Kind, "group" | "plural">): string {
  return group === "" ? plural : `${plural}.${group}`;
}
