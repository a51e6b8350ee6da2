// Specs are parsed once per stored object, not once per pass.
import type { KubernetesObject } from "../../resources/object-meta.ts";

const ENTRY_COUNT_MAX = 1000;

export class ParsedSpecs<Parsed> {
  readonly #parseSpec: (spec: unknown) => Parsed;
  readonly #byVersion = new Map<string, Parsed>();

  constructor(parseSpec: (spec: unknown) => Parsed) {
    this.#parseSpec = parseSpec;
  }

  /** The generation of an object changes with its spec only. */
  parse(object: KubernetesObject & { readonly spec?: unknown }): Parsed {
    const { uid, generation, resourceVersion } = object.metadata;
    const key = `${uid ?? ""} ${generation ?? resourceVersion ?? ""}`;
    const known = this.#byVersion.get(key);
    if (known !== undefined) return known;
    const parsed = this.#parseSpec(object.spec);
    const oldest = this.#byVersion.keys().next();
    if (this.#byVersion.size >= ENTRY_COUNT_MAX && oldest.done !== true) this.#byVersion.delete(oldest.value);
    this.#byVersion.set(key, parsed);
    return parsed;
  }
}
