// Brings the chart into the store: the same files that helm installs. Done at every start; what is as it should be is
// left alone.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  buildAgentsConfigMap,
  buildConfigurationConfigMap,
  buildParametersConfigMap,
  buildSemaphoresConfigMap,
  SEMAPHORES_CONFIG_MAP,
} from "../../configuration/build-installation.ts";
import type { Configuration } from "../../configuration/configuration.ts";
import type { Values } from "../../configuration/values-schema.ts";
import { formatYaml, parseYamlDocuments } from "../../languages/yaml.ts";
import { PlatformError } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { NAMESPACE, type ConfigMap } from "../../resources/core.ts";
import { kindOf } from "../../resources/kinds.ts";
import type { Kind } from "../../resources/kind.ts";
import { keyOf, type KubernetesObject } from "../../resources/object-meta.ts";
import { CLUSTER_ROLE_BINDING } from "../../resources/rbac.ts";

export interface InstallOptions {
  readonly store: ResourceStore;
  readonly chartDirectory: string;
  readonly namespace: string;
  readonly values: Values;
  readonly configuration: Configuration;
}

/** Namespace, accounts and their rights: what the gateway's token needs. */
export async function installAccess(options: InstallOptions): Promise<void> {
  const { store, namespace } = options;
  await apply(store, NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await Promise.all([
    applyManifests(options, await readManifests(options, "rbac")),
    apply(store, CLUSTER_ROLE_BINDING, gatewayBinding(namespace)),
  ]);
}

/** The pipelines, and the configuration that they read. */
export async function installPipelines(options: InstallOptions): Promise<void> {
  const { namespace, values, configuration } = options;
  const built = [
    buildAgentsConfigMap(configuration, namespace, (value) => formatYaml(value as Parameters<typeof formatYaml>[0])),
    buildConfigurationConfigMap(values, namespace),
    buildParametersConfigMap(values, namespace),
    buildSemaphoresConfigMap(configuration, namespace),
  ];
  await applyManifests(options, [...built, ...(await readManifests(options, "pipelines"))]);
}

function gatewayBinding(namespace: string) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "runyard-gateway" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole" as const, name: "runyard-gateway" },
    subjects: [{ kind: "ServiceAccount" as const, name: "runyard-gateway", namespace }],
  };
}

async function readManifests({ chartDirectory }: InstallOptions, folder: string): Promise<readonly KubernetesObject[]> {
  const directory = join(chartDirectory, folder);
  const names = (await readdir(directory)).filter((name) => name.endsWith(".yaml")).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  return texts
    .flatMap((text) => parseYamlDocuments(text))
    .filter((it) => it !== null) as unknown as readonly KubernetesObject[];
}

/** All at once: they share one commit. */
async function applyManifests(
  { store, namespace }: InstallOptions,
  objects: readonly KubernetesObject[],
): Promise<void> {
  await Promise.all(objects.map((object) => applyManifest(store, object, namespace)));
}

async function applyManifest(store: ResourceStore, object: KubernetesObject, namespace: string): Promise<void> {
  const kind = kindOf(object.apiVersion, object.kind);
  if (kind === undefined) {
    throw new PlatformError({
      code: "Invalid",
      message: `the chart holds a ${object.kind} of ${object.apiVersion}, which is not known`,
      hint: "install the whole of Runyard anew",
    });
  }
  const placed = kind.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
  await apply(store, kind, placed);
}

/** Creates or replaces; an object that is as wanted is not written. Keys that were added to the semaphores stay. */
async function apply<T extends KubernetesObject>(store: ResourceStore, kind: Kind<T>, wanted: T): Promise<void> {
  const stored = await store.get(kind, keyOf(wanted));
  if (stored === undefined) {
    await store.create(kind, wanted);
    return;
  }
  const { labels, annotations } = stored.metadata;
  const metadata = {
    ...stored.metadata,
    labels: { ...labels, ...wanted.metadata.labels },
    annotations: { ...annotations, ...wanted.metadata.annotations },
  };
  await store.update(kind, { ...keepSemaphores(stored, wanted), metadata });
}

function keepSemaphores<T extends KubernetesObject>(stored: T, wanted: T): T {
  if (wanted.metadata.name !== SEMAPHORES_CONFIG_MAP) return wanted;
  const [before, after] = [stored as ConfigMap, wanted as ConfigMap];
  return { ...wanted, data: { ...before.data, ...after.data } };
}
