// Manifests of the conformance corpus: what a file holds, what it needs from other files, and which workflows it starts.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseYamlDocuments } from "../../../src/languages/yaml.ts";
import type { KubernetesObject } from "../../../src/resources/object-meta.ts";

/** What index.json says of a file. */
export interface IndexEntry {
  readonly source?: string;
  readonly verdict: "run" | "load" | "support" | "refuse";
  readonly reason?: readonly string[];
  readonly needs?: { readonly templates?: readonly { readonly from: string }[] };
}

export interface CorpusFile {
  readonly path: string;
  /** Relative to the folder of index.json. */
  readonly name: string;
  readonly folder: string;
  readonly entry: IndexEntry | undefined;
}

export interface StartedWorkflow {
  /** As in the recording: `workflow`, `0`, `cron <name>`, `template <name>`. */
  readonly key: string;
  readonly object: KubernetesObject;
}

/** Every manifest at the given files and folders. */
export function findManifests(paths: readonly string[]): readonly CorpusFile[] {
  return paths.flatMap((path) => {
    if (statSync(path).isDirectory()) {
      return findManifests(
        readdirSync(path)
          .sort()
          .map((entry) => join(path, entry)),
      );
    }
    return /\.ya?ml$/.test(path) ? [describeFile(path)] : [];
  });
}

/** Objects of a manifest file. Some of upstream's fixtures leave apiVersion out; its own loader adds it. */
export function readManifests(path: string): readonly KubernetesObject[] {
  return parseYamlDocuments(readFileSync(path, "utf8")).flatMap((document) => {
    if (typeof document !== "object" || document === null || Array.isArray(document)) return [];
    return [Object.assign({ apiVersion: "argoproj.io/v1alpha1" }, document) as unknown as KubernetesObject];
  });
}

/** Objects that the file needs from others, those that others need first. */
export function neededObjects(file: CorpusFile, seen = new Set<string>()): readonly KubernetesObject[] {
  const index = readIndex(file.folder);
  const bySource = new Map(Object.entries(index).map(([name, entry]) => [entry.source?.split(" ").pop(), name]));
  return (file.entry?.needs?.templates ?? []).flatMap(({ from }) => {
    const name = bySource.get(from);
    if (name === undefined || seen.has(name)) return [];
    seen.add(name);
    const other = describeFile(join(file.folder, name));
    const objects = readManifests(other.path).filter(({ kind }) => kind !== "Workflow" && kind !== "CronWorkflow");
    return neededObjects(other, seen).concat(objects);
  });
}

/** The workflows to create: those of the file, else one per CronWorkflow or WorkflowTemplate with an entry point. */
export function workflowsToStart(objects: readonly KubernetesObject[]): readonly StartedWorkflow[] {
  const own = objects.filter(({ kind }) => kind === "Workflow");
  if (own.length > 0) {
    return own.map((object, index) => ({ key: own.length > 1 ? String(index) : "workflow", object }));
  }
  return objects.flatMap((object) => {
    const { name } = object.metadata;
    const spec = (object as { readonly spec?: Readonly<Record<string, unknown>> }).spec ?? {};
    if (object.kind === "CronWorkflow") {
      const extra = (spec["workflowMetadata"] ?? {}) as Partial<KubernetesObject["metadata"]>;
      const labels = { ...extra.labels, "workflows.argoproj.io/cron-workflow": name };
      const { annotations } = extra;
      const metadata = { generateName: `${name}-`, labels, ...(annotations === undefined ? {} : { annotations }) };
      return [{ key: `cron ${name}`, object: workflow(metadata, spec["workflowSpec"]) }];
    }
    if (!/^(Cluster)?WorkflowTemplate$/.test(object.kind) || spec["entrypoint"] === undefined) return [];
    const workflowTemplateRef = { name, ...(object.kind.startsWith("Cluster") ? { clusterScope: true } : {}) };
    return [{ key: `template ${name}`, object: workflow({ generateName: `${name}-` }, { workflowTemplateRef }) }];
  });
}

function workflow(metadata: object, spec: unknown): KubernetesObject {
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata, spec } as unknown as KubernetesObject;
}

function describeFile(path: string): CorpusFile {
  const folder = findIndexFolder(path);
  const name = relative(folder, resolve(path));
  return { path, name, folder, entry: readIndex(folder)[name] };
}

function findIndexFolder(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(join(folder, "index.json"))) {
    if (folder === dirname(folder)) return dirname(resolve(path));
    folder = dirname(folder);
  }
  return folder;
}

const indexes = new Map<string, Readonly<Record<string, IndexEntry>>>();

function readIndex(folder: string): Readonly<Record<string, IndexEntry>> {
  const known = indexes.get(folder);
  if (known !== undefined) return known;
  const path = join(folder, "index.json");
  const index = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, IndexEntry>) : {};
  indexes.set(folder, index);
  return index;
}
