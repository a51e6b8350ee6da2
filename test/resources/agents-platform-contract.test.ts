// The wire contract of agents.platform/v1 as existing manifests and clients know it, written down once more by hand: the
// custom resource definitions are generated from the code, and a field that is lost or renamed there must fail here.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly oneOf?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly subresources: object;
      readonly schema: { readonly openAPIV3Schema: Schema };
      readonly additionalPrinterColumns: readonly { readonly name: string; readonly jsonPath: string }[];
    }[];
  };
}

function definitionOf(plural: string): Definition {
  const url = new URL(`../../charts/runyard/crds/${plural}.yaml`, import.meta.url);
  return parse(readFileSync(url, "utf8")) as Definition;
}

function fieldsOf(plural: string, part: "spec" | "status"): Readonly<Record<string, string>> {
  const schema = definitionOf(plural).spec.versions[0]?.schema.openAPIV3Schema.properties?.[part];
  return Object.fromEntries(describeFields(schema ?? {}, ""));
}

/** `path` → `type`, with `*` when it is required and `= default` when it has one. */
function describeFields(schema: Schema, prefix: string): readonly (readonly [string, string])[] {
  const described: (readonly [string, string])[] = [];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const required = schema.required?.includes(name) === true ? "*" : "";
    const value = field.default === undefined ? "" : ` = ${JSON.stringify(field.default)}`;
    const path = `${prefix}${name}`;
    described.push([path, `${typeOf(field)}${required}${value}`]);
    described.push(...describeFields(field, `${path}.`), ...describeFields(field.items ?? {}, `${path}[].`));
  }
  return described;
}

function typeOf(field: Schema): string {
  if (field["x-kubernetes-preserve-unknown-fields"] === true) return "free";
  if (field.additionalProperties !== undefined) return `map of ${field.additionalProperties.type ?? ""}`;
  if (field.type === "array" && field.items?.properties === undefined) return `list of ${field.items?.type ?? ""}`;
  return field.type ?? "";
}

/** Of both kinds. */
const STATUS = {
  phase: "string",
  message: "string",
  lastUpdate: "string",
  jobName: "string",
  pullRequestUrl: "string",
  conditions: "array",
  "conditions[].type": "string*",
  "conditions[].status": "string*",
  "conditions[].lastTransitionTime": "string",
  "conditions[].reason": "string",
  "conditions[].message": "string",
  configmapName: "string",
  workCompleted: "boolean",
};

describe("CodeRun of agents.platform/v1", () => {
  it("has the names, columns and subresource that clients use", () => {
    const { group, scope, names, versions } = definitionOf("coderuns").spec;

    expect([group, scope]).toEqual(["agents.platform", "Namespaced"]);
    expect(names).toMatchObject({ kind: "CodeRun", plural: "coderuns", singular: "coderun", shortNames: ["cr"] });
    expect(versions).toMatchObject([{ name: "v1", served: true, storage: true, subresources: { status: {} } }]);
    expect(versions[0]?.additionalPrinterColumns.map(({ name, jsonPath }) => `${name} ${jsonPath}`)).toEqual([
      "Task .spec.taskId",
      "Service .spec.service",
      "Model .spec.model",
      "Phase .status.phase",
      "Age .metadata.creationTimestamp",
    ]);
  });

  it("takes every field of the seed and of later platform versions, and no other", () => {
    expect(fieldsOf("coderuns", "spec")).toEqual({
      taskId: "integer*",
      service: "string*",
      repositoryUrl: "string*",
      docsRepositoryUrl: "string*",
      docsProjectDirectory: "string",
      docsBranch: 'string = "main"',
      workingDirectory: "string*",
      model: "string*",
      githubUser: "string",
      // Required later, optional in the seed's schema: manifests without it are stored, and such a run fails by name.
      githubApp: "string",
      localTools: "string",
      remoteTools: "string",
      contextVersion: "integer = 1",
      promptModification: "string",
      continueSession: "boolean = false",
      overwriteMemory: "boolean = false",
      env: "map of string = {}",
      envFromSecrets: "array = []",
      "envFromSecrets[].name": "string*",
      "envFromSecrets[].secretName": "string*",
      "envFromSecrets[].secretKey": "string*",
      taskRequirements: "string",
      enableDocker: "boolean = true",
      // Added later, in the same version.
      serviceAccountName: "string",
      cliConfig: "object",
      "cliConfig.cliType": "string*",
      "cliConfig.model": "string*",
      "cliConfig.settings": "free",
      "cliConfig.maxTokens": "integer",
      "cliConfig.temperature": "number",
      "cliConfig.modelRotation": "list of string",
    });
  });

  it("keeps every field of a status, workCompleted included, which the seed's own schema pruned", () => {
    expect(fieldsOf("coderuns", "status")).toMatchObject({
      ...STATUS,
      retryCount: "integer",
      contextVersion: "integer",
      promptModification: "string",
      promptMode: "string",
      sessionId: "string",
      remediationStatus: "string",
      qaStatus: "string",
      finishedAt: "string",
      expireAt: "string",
      cleanupCompletedAt: "string",
    });
  });
});

describe("DocsRun of agents.platform/v1", () => {
  it("has the names, columns and subresource that clients use", () => {
    const { names, versions } = definitionOf("docsruns").spec;

    expect(names).toMatchObject({ kind: "DocsRun", plural: "docsruns", singular: "docsrun", shortNames: ["dr"] });
    expect(versions).toMatchObject([{ name: "v1", served: true, storage: true, subresources: { status: {} } }]);
    expect(versions[0]?.additionalPrinterColumns.map(({ name }) => name)).toEqual(["Phase", "Age"]);
  });

  it("takes every field, and exactly one of githubUser and githubApp", () => {
    expect(fieldsOf("docsruns", "spec")).toEqual({
      repositoryUrl: "string*",
      workingDirectory: "string*",
      sourceBranch: "string*",
      model: "string",
      githubUser: "string",
      githubApp: "string",
      includeCodebase: "boolean",
    });
    const spec = definitionOf("docsruns").spec.versions[0]?.schema.openAPIV3Schema.properties?.["spec"];
    expect(spec?.oneOf).toEqual([{ required: ["githubUser"] }, { required: ["githubApp"] }]);
  });

  it("keeps every field of a status", () => {
    expect(fieldsOf("docsruns", "status")).toMatchObject(STATUS);
  });
});
