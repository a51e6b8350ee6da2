// Which object a resource template is about, from its manifest or from its flags.
import { fnv32a } from "../../argo/workflow/names.ts";
import type { ResourceStep } from "../../argo/workflow/actions.ts";
import { writeJson } from "../../languages/go-json.ts";
import { parseYaml, type JsonValue } from "../../languages/yaml.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { Kind } from "../../resources/kind.ts";
import { KINDS, kindOf } from "../../resources/kinds.ts";
import { definedFields } from "../../resources/defined-fields.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import type { Workflow } from "../../resources/workflow.ts";

/** What kubectl would print when it cannot go on. */
export class ResourceError extends Error {}

export interface ResourceTarget {
  readonly kind: Kind;
  readonly namespace: string;
  /** Absent when a selector chooses. */
  readonly name?: string;
  readonly selector?: string;
  /** The manifest, when it describes an object. */
  readonly object?: KubernetesObject;
}

const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/** ResourceError with kubectl's words when nothing can be made of it. */
export function resourceTarget(workflow: Workflow, step: ResourceStep): ResourceTarget {
  const own = workflow.metadata.namespace ?? "";
  const flags = readFlags(step.flags, own);
  const manifest = step.manifest.trim() === "" ? undefined : readManifest(step);
  const isPatchFor = step.action === "patch" && (step.mergeStrategy === "json" || !hasKind(manifest));
  if (manifest === undefined || (flags !== undefined && isPatchFor)) {
    if (flags === undefined) throw new ResourceError("Must provide at least one of flags or manifest.");
    return flags;
  }
  return manifestTarget(workflow, step, manifest, flags?.namespace ?? own);
}

/** The patch or manifest as a value. */
export function readManifest(step: ResourceStep): JsonValue {
  try {
    return parseYaml(step.manifest);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    throw new ResourceError(`error: error parsing /tmp/manifest.yaml: ${error.message}`);
  }
}

function manifestTarget(
  workflow: Workflow,
  step: ResourceStep,
  manifest: JsonValue,
  namespace: string,
): ResourceTarget {
  const record = isRecord(manifest) ? manifest : {};
  if (typeof record["kind"] !== "string") {
    const text = writeJson(manifest);
    throw new ResourceError(`error: unable to decode "/tmp/manifest.yaml": Object 'Kind' is missing in '${text}'`);
  }
  const apiVersion = textOf(record["apiVersion"]);
  const kind = kindOf(apiVersion, record["kind"]);
  const metadata = isRecord(record["metadata"]) ? record["metadata"] : {};
  const name = typeof metadata["name"] === "string" ? metadata["name"] : generatedName(workflow, step, metadata);
  if (kind === undefined) {
    const where = `name: "${name}" namespace: "${textOf(metadata["namespace"])}" from "/tmp/manifest.yaml"`;
    const what = `no matches for kind "${record["kind"]}" in version "${apiVersion}"`;
    throw new ResourceError(`error: resource mapping not found for ${where}: ${what}\nensure CRDs are installed first`);
  }
  const { generateName: _, ...ownMetadata } = metadata;
  const target = typeof metadata["namespace"] === "string" ? metadata["namespace"] : namespace;
  const placed = kind.namespaced ? { ...ownMetadata, name, namespace: target } : { ...ownMetadata, name };
  const object = { ...record, metadata: placed } as unknown as KubernetesObject;
  return { kind, namespace: kind.namespaced ? target : "", name, object };
}

/**
 * The name for a `generateName`: derived from the workflow and the node, so that the same step never creates a second
 * object, even after a crash.
 */
function generatedName(
  workflow: Workflow,
  step: ResourceStep,
  metadata: { readonly [key: string]: JsonValue },
): string {
  const prefix = metadata["generateName"];
  if (typeof prefix !== "string" || (step.action !== "create" && step.action !== "apply")) return "";
  let rest = fnv32a(`${workflow.metadata.uid ?? ""}/${step.nodeId}`);
  let suffix = "";
  for (let digit = 0; digit < 5; digit += 1) {
    suffix += suffixAlphabet[rest % suffixAlphabet.length] ?? "";
    rest = Math.floor(rest / suffixAlphabet.length);
  }
  return prefix + suffix;
}

/** `[kind, name]`, `[kind/name]`, `[kind, --selector, text]` and `--namespace`, as kubectl takes them. */
function readFlags(flags: readonly string[], own: string): ResourceTarget | undefined {
  const { words, options } = splitFlags(flags);
  const [kindName, name] = words.flatMap((word) => word.split("/"));
  if (kindName === undefined) return undefined;
  const kind = findKind(kindName);
  const namespace = kind.namespaced ? (options.get("namespace") ?? own) : "";
  return definedFields({ kind, namespace, name, selector: options.get("selector") });
}

const knownFlags: ReadonlyMap<string, "selector" | "namespace"> = new Map([
  ["-l", "selector"],
  ["--selector", "selector"],
  ["-n", "namespace"],
  ["--namespace", "namespace"],
]);

function splitFlags(flags: readonly string[]): {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
} {
  const words: string[] = [];
  const options = new Map<string, string>();
  let open: string | undefined;
  for (const word of flags) {
    const [, flag = "", inline] = /^(--?[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = knownFlags.get(flag);
    if (open !== undefined) {
      options.set(open, word);
      open = undefined;
    } else if (name === undefined) {
      if (flag !== "") throw new ResourceError(`error: unknown flag: ${flag}`);
      words.push(word);
    } else if (inline === undefined) open = name;
    else options.set(name, inline);
  }
  return { words, options };
}

function findKind(name: string): Kind {
  const [wanted = ""] = name.toLowerCase().split(".");
  const kind = KINDS.find(({ kind: title, plural, singular, shortNames }) =>
    [title.toLowerCase(), plural, singular, ...shortNames].includes(wanted),
  );
  if (kind === undefined) throw new ResourceError(`error: the server doesn't have a resource type "${name}"`);
  return kind;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function hasKind(manifest: JsonValue | undefined): boolean {
  return isRecord(manifest) && manifest["kind"] !== undefined;
}

function isRecord(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
