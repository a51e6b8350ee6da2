// Manifests that a user names: files, directories or standard input, several documents each. Parsed once, here, into
// objects of known kinds; every refusal names file, document and field.
import { join } from "node:path/posix";
import { LanguageError } from "../languages/language-error.ts";
import { type JsonValue, parseYamlDocuments } from "../languages/yaml.ts";
import type { Kind } from "../resources/kind.ts";
import { KINDS, kindOf } from "../resources/kinds.ts";
import type { KubernetesObject, ObjectKey } from "../resources/object-meta.ts";
import { isJsonObject } from "../resources/structural-schema.ts";
import { CliError } from "./cli-error.ts";
import { closestName } from "../resources/closest-name.ts";
import type { OptionDefinition, UserFiles } from "./command.ts";
import { EXIT_CODES } from "./exit-code.ts";

export interface Manifest {
  /** For messages: `workflow.yaml, document 2`. */
  readonly place: string;
  readonly kind: Kind;
  readonly key: ObjectKey;
  readonly object: KubernetesObject;
}

export const FILE_OPTION: OptionDefinition = {
  flags: "-f, --filename <path>",
  description: "manifest, directory of manifests, or - for standard input",
  repeatable: true,
  completes: "files",
};

export interface ManifestScope {
  /** Where an object without a namespace goes. */
  readonly namespace: string;
  /** The user named the namespace: an object that names another is refused. */
  readonly isForced: boolean;
}

/** How many files of a directory are read. */
const FILES_MAX = 1000;

/** Every object of the files, in their order (directories: by name). */
export async function readManifests(
  paths: readonly string[],
  files: UserFiles,
  scope: ManifestScope,
): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const path of paths) {
    for (const { name, text } of await readTexts(path, files)) manifests.push(...parseText(name, text, scope));
  }
  if (manifests.length === 0) {
    throw inputError(`${paths.join(", ")}: no object in there`, "name a file that holds a Kubernetes manifest");
  }
  return manifests;
}

interface NamedText {
  readonly name: string;
  readonly text: string;
}

async function readTexts(path: string, files: UserFiles): Promise<readonly NamedText[]> {
  if (path === "-") return [{ name: "standard input", text: await files.readInput() }];
  switch (await files.kindOf(path)) {
    case "missing":
      throw inputError(`${path} does not exist`, "check the path; - stands for standard input");
    case "file":
      return [await readText(path, files)];
    case "directory":
      break;
  }
  const names = (await files.list(path)).filter((name) => /\.(?:ya?ml|json)$/.test(name)).toSorted();
  if (names.length === 0) throw inputError(`${path} holds no .yaml, .yml or .json file`, "name another directory");
  if (names.length > FILES_MAX) throw inputError(`${path} holds over ${FILES_MAX} manifests`, "apply it in parts");
  return await Promise.all(names.map(async (name) => await readText(join(path, name), files)));
}

async function readText(path: string, files: UserFiles): Promise<NamedText> {
  try {
    return { name: path, text: await files.read(path) };
  } catch (error) {
    throw inputError(`${path} cannot be read: ${(error as Error).message}`, "check that you may read it");
  }
}

function parseText(name: string, text: string, scope: ManifestScope): readonly Manifest[] {
  const documents = parseDocuments(name, text);
  const isSingle = documents.length === 1;
  return documents.flatMap((document, index) => {
    const place = isSingle ? name : `${name}, document ${index + 1}`;
    return document === null ? [] : parseDocument(place, document, scope);
  });
}

function parseDocuments(name: string, text: string): readonly JsonValue[] {
  try {
    return parseYamlDocuments(text);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    throw inputError(`${name} is no YAML: ${error.message.replace(/^yaml: /, "")}`, "correct the line");
  }
}

function parseDocument(place: string, document: JsonValue, scope: ManifestScope): readonly Manifest[] {
  if (!isJsonObject(document)) throw inputError(`${place} is no object`, "write apiVersion, kind and metadata");
  const { apiVersion, kind: kindName, items } = document;
  if (typeof kindName === "string" && kindName.endsWith("List") && Array.isArray(items)) {
    return items.flatMap((item: JsonValue, index) => parseDocument(`${place}, items[${index}]`, item, scope));
  }
  const kind = kindIn(place, apiVersion, kindName);
  const metadata = document["metadata"];
  if (!isJsonObject(metadata)) throw fieldError(place, "metadata", "must be a map with a name");
  const { name, generateName } = metadata;
  if (name === undefined && generateName !== undefined) {
    throw fieldError(
      place,
      "metadata.name",
      "is missing, and apply makes no names from a generateName: it must find the object again",
    );
  }
  if (typeof name !== "string" || name === "")
    throw fieldError(place, "metadata.name", "must be a text (in quotes if it reads as a number or as yes and no)");
  const namespace = kind.namespaced ? namespaceOf(place, metadata["namespace"], scope) : "";
  const object = { ...document, metadata: { ...metadata, ...(namespace !== "" && { namespace }) } };
  return [{ place, kind, key: { namespace, name }, object: object as unknown as KubernetesObject }];
}

function kindIn(place: string, apiVersion: unknown, kindName: unknown): Kind {
  if (typeof apiVersion !== "string")
    throw fieldError(place, "apiVersion", "must be a text, for example agents.platform/v1");
  if (typeof kindName !== "string") throw fieldError(place, "kind", "must be a text, for example CodeRun");
  const kind = kindOf(apiVersion, kindName);
  if (kind === undefined) throw unknownKind(place, apiVersion, kindName);
  return kind;
}

function namespaceOf(place: string, given: unknown, scope: ManifestScope): string {
  if (given === undefined || given === null || given === "") return scope.namespace;
  if (typeof given !== "string") throw fieldError(place, "metadata.namespace", "must be a text");
  if (scope.isForced && given !== scope.namespace) {
    throw fieldError(place, "metadata.namespace", `is ${given}, but -n says ${scope.namespace}`);
  }
  return given;
}

function unknownKind(place: string, apiVersion: string, kindName: string): CliError {
  const group = (kind: Kind): string => (kind.group === "" ? kind.version : `${kind.group}/${kind.version}`);
  const sameName = KINDS.find((kind) => kind.kind === kindName);
  const closest = closestName(
    kindName,
    KINDS.map((kind) => kind.kind),
  );
  const advice =
    sameName !== undefined
      ? `${kindName} is of apiVersion ${group(sameName)}`
      : closest === undefined
        ? "runyard handles its own kinds and those that it needs; use kubectl for others"
        : `did you mean ${closest}?`;
  return inputError(`${place}: there is no kind ${kindName} of apiVersion ${apiVersion}`, advice);
}

function fieldError(place: string, field: string, problem: string): CliError {
  return inputError(`${place}: ${field} ${problem}`, `correct ${field}`);
}

function inputError(happened: string, toDo: string): CliError {
  return new CliError({
    exitCode: EXIT_CODES.usage,
    happened,
    means: "the input cannot be used; nothing was sent to the server",
    toDo,
  });
}
