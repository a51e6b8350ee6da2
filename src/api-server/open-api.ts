// The OpenAPI v3 documents that kubectl reads for `explain`, and to see that the server validates fields itself.
// Source: Kubernetes documentation, "The Kubernetes API", section "OpenAPI V3".
import { createHash } from "node:crypto";
import { apiVersionOf, type Kind } from "../resources/kind.ts";
import { groupVersions, servedResources, type GroupVersion } from "./served-resources.ts";

type Json = Readonly<Record<string, unknown>>;

/** The answer to GET /openapi/v3: where each group version's document is. */
export function openApiIndex(kinds: readonly Kind[]): Json {
  const entries = groupVersions(servedResources(kinds)).map((at) => {
    const path = basePath(at).slice(1);
    const text = JSON.stringify(openApiDocument(kinds, at));
    const hash = createHash("sha256").update(text).digest("hex").toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(entries) as Json };
}

/** The document of one group version. */
export function openApiDocument(kinds: readonly Kind[], at: GroupVersion): Json {
  const found = kinds.filter(({ group, version }) => group === at.group && version === at.version);
  return {
    openapi: "3.0.0",
    info: { title: "Runyard", version: at.version },
    paths: Object.fromEntries(found.flatMap((kind) => pathsOf(kind))),
    components: {
      schemas: {
        ...Object.fromEntries(found.map((kind) => [schemaName(kind), schemaOf(kind)])),
        [OBJECT_META]: OBJECT_META_SCHEMA,
      },
    },
  };
}

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

const texts = { type: "object", additionalProperties: { type: "string" } };
const OBJECT_META_SCHEMA: Json = {
  type: "object",
  description: "Metadata that every object has.",
  properties: {
    name: { type: "string", description: "Unique within a namespace and kind." },
    generateName: { type: "string", description: "Prefix of a name that the server makes." },
    namespace: { type: "string" },
    uid: { type: "string" },
    resourceVersion: { type: "string", description: "Changes with every write; compare for equality only." },
    generation: { type: "integer", format: "int64" },
    creationTimestamp: { type: "string", format: "date-time" },
    deletionTimestamp: { type: "string", format: "date-time" },
    labels: texts,
    annotations: texts,
    finalizers: { type: "array", items: { type: "string" } },
    ownerReferences: { type: "array", items: { type: "object" } },
  },
};

function schemaOf(kind: Kind): Json {
  const { properties, ...schema } = { type: "object", ...kind.schema } as Json & { readonly properties?: Json };
  return {
    ...schema,
    // A kind that is stored as given has no schema of its own; its fields are open.
    ...(kind.schema === undefined && { "x-kubernetes-preserve-unknown-fields": true }),
    properties: {
      ...properties,
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { allOf: [{ $ref: `#/components/schemas/${OBJECT_META}` }], default: {} },
    },
    "x-kubernetes-group-version-kind": [groupVersionKind(kind)],
  };
}

function pathsOf(kind: Kind): readonly (readonly [string, Json])[] {
  const collection = `${basePath(kind)}${kind.namespaced ? "/namespaces/{namespace}" : ""}/${kind.plural}`;
  const scope = kind.namespaced ? [parameter("namespace", "path")] : [];
  const change = [
    parameter("dryRun", "query"),
    parameter("fieldManager", "query"),
    parameter("fieldValidation", "query"),
  ];
  const json = ["application/json", "application/yaml"];
  // A strategic merge patch is not offered: kubectl would look for merge keys in schemas that have none.
  const patches = ["application/json-patch+json", "application/merge-patch+json"];
  return [
    [
      collection,
      {
        parameters: scope,
        get: operation(kind, "list", []),
        post: operation(kind, "post", change, json),
        delete: operation(kind, "deletecollection", []),
      },
    ],
    [
      `${collection}/{name}`,
      {
        parameters: [...scope, parameter("name", "path")],
        get: operation(kind, "get", []),
        put: operation(kind, "put", change, json),
        patch: operation(kind, "patch", change, patches),
        delete: operation(kind, "delete", [parameter("dryRun", "query")]),
      },
    ],
  ];
}

function operation(kind: Kind, action: string, parameters: readonly Json[], consumes: readonly string[] = []): Json {
  const schema = { $ref: `#/components/schemas/${schemaName(kind)}` };
  return {
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": groupVersionKind(kind),
    parameters,
    ...(consumes.length > 0 && {
      requestBody: { content: Object.fromEntries(consumes.map((type) => [type, { schema }])) },
    }),
    responses: { "200": { description: "OK", content: { "application/json": { schema } } } },
  };
}

function parameter(name: string, place: "path" | "query"): Json {
  return { name, in: place, schema: { type: "string" }, ...(place === "path" && { required: true }) };
}

function groupVersionKind({ group, version, kind }: Kind): Json {
  return { group, version, kind };
}

function schemaName(kind: Kind): string {
  return `dev.runyard.${apiVersionOf(kind).replaceAll("/", ".")}.${kind.kind}`;
}

function basePath({ group, version }: GroupVersion): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}
