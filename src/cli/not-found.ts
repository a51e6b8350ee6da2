// The refusal of a name that nothing has.
import type { ResourceReader } from "../platform/resource-store.ts";
import { closestName } from "../resources/closest-name.ts";
import type { Kind } from "../resources/kind.ts";
import type { ObjectKey } from "../resources/object-meta.ts";
import { CliError } from "./cli-error.ts";
import { EXIT_CODES } from "./exit-code.ts";

/** So many are looked at for the one that was meant. */
const CANDIDATES_MAX = 1000;

export async function notFound(store: ResourceReader, kind: Kind, key: ObjectKey): Promise<CliError> {
  const { name, namespace } = key;
  const place = kind.namespaced && namespace !== "" ? ` in namespace ${namespace}` : "";
  const inPlace = kind.namespaced && namespace !== "" ? { namespace } : {};
  const { items } = await store.list(kind, { ...inPlace, limit: CANDIDATES_MAX });
  const closest = closestName(
    name,
    items.map(({ metadata }) => metadata.name),
  );
  const look = `look at what there is with \`runyard get ${kind.plural}${kind.namespaced ? " -A" : ""}\``;
  return new CliError({
    exitCode: EXIT_CODES.notFound,
    happened: `${kind.singular} "${name}" does not exist${place}`,
    means: "the name or the namespace is wrong, or it was removed",
    toDo: closest === undefined ? look : `did you mean "${closest}"? Else ${look}`,
  });
}
