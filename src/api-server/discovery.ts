// What clients ask before anything else: which groups, versions and resources there are.
// Source: Kubernetes documentation, "The Kubernetes API", sections "Aggregated discovery" and "Unaggregated discovery".
import { groupVersions, type GroupVersion, type ServedResource } from "./served-resources.ts";

type Json = Readonly<Record<string, unknown>>;

/** The answer to GET /api. */
export function apiVersions(): Json {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
}

/** The answer to GET /apis: the named groups. */
export function apiGroupList(resources: readonly ServedResource[]): Json {
  const groups = groupNames(resources).filter((group) => group !== "");
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map((group) => apiGroupBody(resources, group)) };
}

/** The answer to GET /apis/<group>, or undefined when nothing is served there. */
export function apiGroup(resources: readonly ServedResource[], group: string): Json | undefined {
  if (group === "" || !groupNames(resources).includes(group)) return undefined;
  return { kind: "APIGroup", apiVersion: "v1", ...apiGroupBody(resources, group) };
}

/** The answer to GET /api/v1 and /apis/<group>/<version>, or undefined when nothing is served there. */
export function apiResourceList(resources: readonly ServedResource[], at: GroupVersion): Json | undefined {
  const found = resources.filter(({ group, version }) => group === at.group && version === at.version);
  if (found.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: textOf(at),
    resources: found.flatMap(listedResources),
  };
}

/** The aggregated answer to GET /api (`core`) or /apis (`named`). */
export function aggregatedDiscovery(resources: readonly ServedResource[], part: "core" | "named"): Json {
  const groups = groupNames(resources).filter((group) => (group === "") === (part === "core"));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === "" ? {} : { name: group },
      versions: groupVersions(resources.filter((resource) => resource.group === group)).map((at) => ({
        version: at.version,
        resources: resources.filter((resource) => isAt(resource, at)).map(discoveredResource),
        freshness: "Current",
      })),
    })),
  };
}

function groupNames(resources: readonly ServedResource[]): readonly string[] {
  return [...new Set(groupVersions(resources).map(({ group }) => group))];
}

function apiGroupBody(resources: readonly ServedResource[], group: string): Json {
  const versions = groupVersions(resources.filter((resource) => resource.group === group)).map((at) => ({
    groupVersion: textOf(at),
    version: at.version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function listedResources(resource: ServedResource): readonly Json[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const below = resource.subresources.map(({ name, responseKind, verbs }) => ({
    name: `${plural}/${name}`,
    singularName: "",
    namespaced,
    kind: responseKind.kind,
    verbs,
    ...(!isAt(responseKind, resource) && { group: responseKind.group, version: responseKind.version }),
  }));
  return [main, ...below];
}

function discoveredResource(resource: ServedResource): Json {
  const { group, version, plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map(({ name, responseKind, verbs }) => ({ subresource: name, responseKind, verbs })),
    }),
  };
}

function isAt(a: GroupVersion, b: GroupVersion): boolean {
  return a.group === b.group && a.version === b.version;
}

function textOf({ group, version }: GroupVersion): string {
  return group === "" ? version : `${group}/${version}`;
}
