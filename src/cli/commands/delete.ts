// `runyard delete`: removes objects by name, by label, or all those of a manifest.
import { hasCode } from "../../platform/errors.ts";
import type { DeleteOptions } from "../../platform/resource-store.ts";
import type { Kind } from "../../resources/kind.ts";
import { usageError } from "../cli-error.ts";
import {
  type CliDependencies,
  type CommandDefinition,
  type CommandInput,
  hasOption,
  listOption,
  type Server,
  textOption,
} from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { type NamedObjects, objectsNamed, qualifiedKind } from "../kind-name.ts";
import { FILE_OPTION, readManifests } from "../manifests.ts";
import { notFound } from "../not-found.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";

const CASCADES = { background: "Background", foreground: "Foreground", orphan: "Orphan" } as const;

export const DELETE: CommandDefinition = {
  name: "delete",
  summary: "Delete objects",
  description: "Deletes objects by name, by label, or those of a manifest, together with what they own.",
  arguments: [
    { name: "KIND", description: "kind, or KIND/NAME", completes: "kinds" },
    { name: "NAME", description: "names of objects", variadic: true, completes: "names" },
  ],
  options: [
    FILE_OPTION,
    NAMESPACE_OPTION,
    { flags: "-l, --selector <labels>", description: "delete every object of the kind with these labels" },
    { flags: "--ignore-not-found", description: "an object that is not there is no failure" },
    {
      flags: "--cascade <how>",
      description: "what happens to owned objects (default: background)",
      choices: Object.keys(CASCADES),
    },
    ...SERVER_OPTIONS,
  ],
  examples: [
    { command: "runyard delete workflow task-1-12-99", explanation: "a workflow, its runs and their pods" },
    { command: "runyard delete -f manifests/", explanation: "every object of the manifests in a directory" },
  ],
  run: async (input, dependencies) => {
    const named = namedIn(input);
    return await withServer(input, dependencies, async (server, namespace) => {
      const place = { server, namespace };
      const targets =
        named === undefined
          ? await targetsInFiles(input, dependencies, place)
          : await targetsNamed(named, textOption(input, "selector"), place);
      const propagationPolicy = CASCADES[(textOption(input, "cascade") ?? "background") as keyof typeof CASCADES];
      for (const target of targets) {
        const removed = await remove(target, server, { propagationPolicy });
        const title = `${qualifiedKind(target.kind)} "${target.key.name}"`;
        if (removed) dependencies.out.write(`${title} deleted\n`);
        else if (!hasOption(input, "ignoreNotFound")) {
          throw await notFound(server.store, target.kind, target.key);
        }
      }
      if (targets.length === 0) dependencies.err.write("Nothing to delete.\n");
      return EXIT_CODES.ok;
    });
  },
};

interface Target {
  readonly kind: Kind;
  readonly key: { readonly namespace: string; readonly name: string };
}

interface Place {
  readonly server: Server;
  readonly namespace: string;
}

/** Undefined when a manifest says what is meant. */
function namedIn(input: CommandInput): readonly NamedObjects[] | undefined {
  const hasFiles = listOption(input, "filename").length > 0;
  if (hasFiles && input.arguments.length > 0) {
    throw usageError("objects are named and a manifest is given", "give one of both");
  }
  if (hasFiles) return undefined;
  if (input.arguments.length === 0) throw usageError("nothing is named", "name KIND NAME, or a manifest with -f");
  const named = objectsNamed(input.arguments);
  const nameless = named.find(({ names }) => names.length === 0);
  if (nameless !== undefined && textOption(input, "selector") === undefined) {
    throw usageError(`no ${nameless.kind.singular} is named`, "name it, or select some with -l");
  }
  return named;
}

async function targetsInFiles(
  input: CommandInput,
  { files }: CliDependencies,
  { namespace }: Place,
): Promise<readonly Target[]> {
  const isForced = textOption(input, "namespace") !== undefined;
  const manifests = await readManifests(listOption(input, "filename"), files, { namespace, isForced });
  // What was made last may need what was made first.
  return manifests.map(({ kind, key }) => ({ kind, key })).toReversed();
}

async function targetsNamed(
  named: readonly NamedObjects[],
  selector: string | undefined,
  { server, namespace }: Place,
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const { kind, names } of named) {
    const scope = kind.namespaced ? namespace : "";
    const chosen =
      names.length > 0 || selector === undefined ? names : await selectNames(kind, { scope, selector, server });
    targets.push(...chosen.map((name) => ({ kind, key: { namespace: scope, name } })));
  }
  return targets;
}

async function selectNames(
  kind: Kind,
  { scope, selector, server }: { readonly scope: string; readonly selector: string; readonly server: Server },
): Promise<readonly string[]> {
  const options = { ...(scope !== "" && { namespace: scope }), labelSelector: selector };
  return (await server.store.list(kind, options)).items.map((object) => object.metadata.name);
}

/** False when it was not there. */
async function remove({ kind, key }: Target, { store }: Server, options: DeleteOptions): Promise<boolean> {
  try {
    await store.delete(kind, key, options);
    return true;
  } catch (error) {
    if (hasCode(error, "NotFound")) return false;
    throw error;
  }
}
