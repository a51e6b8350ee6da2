// `runyard apply`: makes the objects of manifests so, each by creation or by a JSON merge patch on what is stored.
import { isDeepStrictEqual } from "node:util";
import { hasCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { applyMergePatch } from "../../resources/merge-patch.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import { pruneUnknownFields } from "../../resources/structural-schema.ts";
import { CliError, formatError, toCliError, usageError } from "../cli-error.ts";
import { type CliDependencies, type CommandDefinition, listOption, textOption } from "../command.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { closestField } from "../known-fields.ts";
import { qualifiedKind } from "../kind-name.ts";
import { FILE_OPTION, type Manifest, readManifests } from "../manifests.ts";
import { isEngine, NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";
import { isChecked, refuseUnsupported } from "../unsupported-specs.ts";

/** Others may write the object between our read and our write. */
const ATTEMPTS_MAX = 5;

export const APPLY: CommandDefinition = {
  name: "apply",
  summary: "Create or change objects from manifests",
  description:
    "Creates each object of the manifests, or changes the one that is there by a merge patch (lists are replaced " +
    "whole; a field with null is removed). All manifests are checked before anything is sent: a field that the kind " +
    "does not know is refused, and by the engine on one machine also a field that it does not support.",
  arguments: [],
  options: [FILE_OPTION, NAMESPACE_OPTION, ...SERVER_OPTIONS],
  examples: [
    { command: "runyard apply -f coderun.yaml", explanation: "one file" },
    { command: "runyard apply -f pipelines/", explanation: "every .yaml, .yml and .json file of a directory" },
    { command: "cat run.yaml | runyard apply -f -", explanation: "from standard input" },
  ],
  run: async (input, dependencies) => {
    const paths = listOption(input, "filename");
    if (paths.length === 0) throw usageError("no manifest is given", "name one with -f FILE, -f DIRECTORY or -f -");
    return await withServer(input, dependencies, async (server, namespace) => {
      const isForced = textOption(input, "namespace") !== undefined;
      const manifests = await readManifests(paths, dependencies.files, { namespace, isForced });
      for (const manifest of manifests) refuseUnknownFields(manifest);
      const checked = manifests.filter((manifest) => isChecked(manifest));
      if (checked.length > 0 && (await isEngine(server))) checked.forEach(refuseUnsupported);
      return await applyAll(manifests, server.store, dependencies);
    });
  },
};

/** One object that is refused does not keep the others from being applied; the first failure decides the exit code. */
async function applyAll(
  manifests: readonly Manifest[],
  store: ResourceStore,
  { out, err, environment }: CliDependencies,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.ok;
  for (const manifest of manifests) {
    try {
      const done = await applyOne(manifest, store);
      out.write(`${qualifiedKind(manifest.kind)}/${manifest.key.name} ${done}\n`);
    } catch (error) {
      const failure = toCliError(error);
      // Without a server, nothing of the rest can succeed.
      if (failure.exitCode === EXIT_CODES.unreachable || manifests.length === 1) throw withPlace(manifest, failure);
      err.write(formatError(withPlace(manifest, failure), environment["RUNYARD_DEBUG"] === "1"));
      if (exitCode === EXIT_CODES.ok) exitCode = failure.exitCode;
    }
  }
  return exitCode;
}

async function applyOne(
  { kind, key, object }: Manifest,
  store: ResourceStore,
): Promise<"created" | "configured" | "unchanged"> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const stored = await store.get(kind, key);
      if (stored === undefined) {
        await store.create(kind, object);
        return "created";
      }
      const patched = applyMergePatch(stored, object) as KubernetesObject;
      if (isDeepStrictEqual(patched, stored)) return "unchanged";
      const written = await store.update(kind, patched);
      return written.metadata.resourceVersion === stored.metadata.resourceVersion ? "unchanged" : "configured";
    } catch (error) {
      // A version in the manifest is the user's own condition.
      const isRace = object.metadata.resourceVersion === undefined && hasCode(error, "Conflict", "AlreadyExists");
      if (!isRace || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

function refuseUnknownFields({ place, kind, object }: Manifest): void {
  const { schema } = kind;
  if (schema === undefined) return;
  const { unknownFields } = pruneUnknownFields(schema, object);
  const [first] = unknownFields;
  if (first === undefined) return;
  const closest = closestField(schema, first);
  throw new CliError({
    exitCode: EXIT_CODES.refused,
    happened: `${place}: ${kind.kind} has no field ${unknownFields.join(", ")}`,
    means: "an unknown field would be ignored without a word; nothing was sent to the server",
    toDo: closest === undefined ? `remove ${first}` : `remove ${first}, or did you mean ${closest}?`,
  });
}

function withPlace({ place, kind, key }: Manifest, failure: CliError): CliError {
  return new CliError({
    exitCode: failure.exitCode,
    happened: `${place}: ${qualifiedKind(kind)}/${key.name}: ${failure.message}`,
    means: failure.means,
    toDo: failure.toDo,
    cause: failure.cause,
  });
}
