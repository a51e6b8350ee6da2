// Specs are parsed once per stored object, not once per pass.
import { parseWorkflowSpec, type ParsedSpec } from "../../argo/workflow/parse-spec.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";

const ENTRY_COUNT_MAX = 1000;

export class ParsedSpecs {
  readonly #byVersion = new Map<string, ParsedSpec>();

  /** The generation of an object changes with its spec only. */
  parse(object: KubernetesObject & { readonly spec: unknown }): ParsedSpec {
    const { uid, generation, resourceVersion } = object.metadata;
    const key = `${uid ?? ""} ${generation ?? resourceVersion ?? ""}`;
    const known = this.#byVersion.get(key);
    if (known !== undefined) return known;
    const parsed = parseWorkflowSpec(object.spec);
    const oldest = this.#byVersion.keys().next();
    if (this.#byVersion.size >= ENTRY_COUNT_MAX && oldest.done !== true) this.#byVersion.delete(oldest.value);
    this.#byVersion.set(key, parsed);
    return parsed;
  }
}
