// The field that a misspelt one was meant to be.
import type { StructuralSchema } from "../resources/kind.ts";
import { schemaAt, schemaMapAt } from "../resources/structural-schema.ts";
import { closestName } from "../resources/closest-name.ts";

/** The known field nearest to `path` (`spec.items[0].nmae`), as a path, or undefined. */
export function closestField(schema: StructuralSchema, path: string): string | undefined {
  const steps = path.replaceAll(/\[\d+\]/g, ".[]").split(".");
  const wrong = steps.pop() ?? "";
  let parent: StructuralSchema | undefined = schema;
  for (const step of steps) {
    if (parent === undefined) return undefined;
    parent = step === "[]" ? schemaAt(parent, "items") : schemaMapAt(parent, "properties")[step];
  }
  const known = closestName(wrong, Object.keys(schemaMapAt(parent ?? {}, "properties")));
  return known === undefined ? undefined : path.slice(0, path.length - wrong.length) + known;
}
