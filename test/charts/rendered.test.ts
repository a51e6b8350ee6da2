// What helm makes of the chart. Needs a real helm; RUNYARD_HELM names one that is not on PATH.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  buildAgentsConfigMap,
  buildParametersConfigMap,
  buildSemaphoresConfigMap,
} from "../../src/configuration/build-installation.ts";
import { requiredSecrets } from "../../src/configuration/required-secrets.ts";
import { readKeptValues, toConfiguration } from "../../src/configuration/to-configuration.ts";
import { formatYaml, parseYaml, type JsonValue } from "../../src/languages/yaml.ts";
import { loadValues } from "../../src/programs/engine/load-values.ts";
import type { ConfigMap } from "../../src/resources/core.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import type { PolicyRule } from "../../src/resources/rbac.ts";

const run = promisify(execFile);
const CHART = fileURLToPath(new URL("../../charts/runyard", import.meta.url));
const HELM = process.env["RUNYARD_HELM"] ?? "helm";
const hasHelm = await run(HELM, ["version"]).then(
  () => true,
  () => false,
);
if (!hasHelm) console.warn("SKIPPED: helm is not installed, so nothing is rendered with it");

interface Rendered extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly PolicyRule[];
}

async function render(values: JsonValue = {}): Promise<readonly Rendered[]> {
  const directory = await mkdtemp(join(tmpdir(), "rendered-"));
  try {
    const file = join(directory, "values.yaml");
    await writeFile(file, formatYaml(values));
    const args = ["template", "ours", CHART, "--namespace", "runs", "--kube-version", "1.34", "--values", file];
    const { stdout } = await run(HELM, args, { maxBuffer: 64 * 1024 * 1024 });
    return parseAllDocuments(stdout).flatMap((document) => (document.toJS() ?? []) as Rendered);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function find(objects: readonly Rendered[], kind: string, name: string, namespace?: string): Rendered {
  const found = objects.find(
    (object) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (namespace ?? object.metadata.namespace) === object.metadata.namespace,
  );
  if (found === undefined) throw new Error(`${kind} ${name} is not rendered`);
  return found;
}

describe.skipIf(!hasHelm)("the chart as helm renders it", () => {
  let objects: readonly Rendered[];
  beforeAll(async () => {
    objects = await render();
  });

  it("holds the pipelines exactly as one machine reads them", async () => {
    const files = await readdir(join(CHART, "pipelines"));
    const written = await Promise.all(files.map((name) => readFile(join(CHART, "pipelines", name), "utf8")));
    const pipelines = written.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Rendered));

    expect(pipelines.length).toBeGreaterThan(10);
    for (const pipeline of pipelines) expect(find(objects, pipeline.kind, pipeline.metadata.name)).toEqual(pipeline);
  });

  it("holds the ConfigMaps that one machine makes of the same values", async () => {
    const values = await loadValues(CHART, undefined);
    const configuration = toConfiguration(values);
    const yaml = (value: unknown) => formatYaml(value as JsonValue);
    const agents = (map: ConfigMap | Rendered) => parseYaml(map.data?.["agents.yaml"] ?? "");
    const prompts = ({ data }: ConfigMap | Rendered) => {
      const files = Object.entries(data ?? {}).filter(([name]) => name.endsWith(".md"));
      return Object.fromEntries(files.map(([name, text]) => [name, text.split("---\n").slice(2)]));
    };

    const ours = buildAgentsConfigMap(configuration, "runs", yaml);
    const rendered = find(objects, "ConfigMap", "controller-agents");
    expect(agents(rendered)).toEqual(agents(ours));
    expect(prompts(rendered)).toEqual(prompts(ours));
    for (const map of [buildParametersConfigMap(values, "runs"), buildSemaphoresConfigMap(configuration, "runs")]) {
      expect(find(objects, "ConfigMap", map.metadata.name).data).toEqual(map.data);
      expect(find(objects, "ConfigMap", map.metadata.name).metadata.labels).toMatchObject(map.metadata.labels ?? {});
    }
    for (const namespace of ["runs", "runs-system"]) {
      const kept = objects.find(
        ({ kind, metadata }) =>
          kind === "ConfigMap" &&
          metadata.name === "runyard-configuration" &&
          (metadata.namespace ?? "runs") === namespace,
      );
      expect(readKeptValues(kept?.data?.["values.json"] ?? "")).toEqual(values);
    }
  });

  it("lets nobody but the gateway read a Secret, and that one by name", async () => {
    const reading = objects.flatMap(({ kind, metadata, rules = [] }) =>
      kind !== "Role" && kind !== "ClusterRole"
        ? []
        : rules
            .filter(
              ({ resources }) => resources?.some((resource) => resource === "secrets" || resource === "*") === true,
            )
            .map((rule) => ({ role: `${metadata.namespace}/${metadata.name}`, names: rule.resourceNames ?? [] })),
    );
    const wanted = requiredSecrets(toConfiguration(await loadValues(CHART, undefined))).map(({ name }) => name);

    expect(new Set(reading.map(({ role }) => role))).toEqual(new Set(["runs-system/runyard-gateway"]));
    expect(new Set(reading.flatMap(({ names }) => names))).toEqual(
      new Set([...wanted.filter((name) => name !== "github-webhook"), "runyard-gateway-tls"]),
    );
    expect(reading.every(({ names }) => names.length > 0)).toBe(true);
  });

  it("gives no pod of ours a privilege, a writable root or a Secret as a file", () => {
    const deployments = objects.filter(({ kind }) => kind === "Deployment");

    expect(deployments).toHaveLength(2);
    for (const deployment of deployments) {
      expect(deployment.spec).toMatchObject({
        template: {
          spec: {
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      });
      expect(JSON.stringify(deployment.spec)).not.toMatch(/"secret":|secretKeyRef/);
    }
  });

  it("refuses all traffic in both namespaces but what a policy names, and lets only the gateway go anywhere", () => {
    const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
    const isOpen = ({ spec }: Rendered) =>
      (spec?.["egress"] as readonly object[] | undefined)?.some((rule) => Object.keys(rule).length === 0);

    for (const namespace of [undefined, "runs-system"]) {
      const refusal = policies.find(
        ({ metadata }) => metadata.name === "runyard-default" && metadata.namespace === namespace,
      );
      expect(refusal?.spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    }
    expect(policies.filter((policy) => isOpen(policy) === true).map(({ metadata }) => metadata.name)).toEqual([
      "runyard-gateway",
    ]);
    expect(find(policies, "NetworkPolicy", "runyard-agents").spec?.["egress"]).toHaveLength(1);
  });

  it("makes what is asked for beside: external secrets, the webhook's way in, a monitor", async () => {
    const more = await render({
      externalSecrets: { enabled: true, store: { name: "vault" } },
      github: {
        webhook: {
          ingress: { enabled: true, host: "hooks.example", tlsSecret: "hooks" },
          route: { enabled: true, parentRefs: [{ name: "public" }] },
        },
      },
      metrics: { podMonitor: true },
    });
    const secrets = more
      .filter(({ kind }) => kind === "ExternalSecret")
      .map(({ metadata, apiVersion }) => [metadata.name, metadata.namespace, apiVersion]);
    const wanted = requiredSecrets(toConfiguration(await loadValues(CHART, undefined)));

    expect(new Set(secrets.map(String))).toEqual(
      new Set(
        wanted
          .map(({ name }) => [name, name === "github-webhook" ? "runs" : "runs-system", "external-secrets.io/v1"])
          .map(String),
      ),
    );
    expect(find(more, "Ingress", "runyard-webhook").spec).toMatchObject({
      rules: [{ host: "hooks.example" }],
      tls: [{ secretName: "hooks" }],
    });
    expect(find(more, "HTTPRoute", "runyard-webhook").spec).toMatchObject({ parentRefs: [{ name: "public" }] });
    expect(find(more, "PodMonitor", "runyard-controller")).toBeDefined();
    expect(objects.some(({ kind }) => ["ExternalSecret", "Ingress", "HTTPRoute", "PodMonitor"].includes(kind))).toBe(
      false,
    );
  });

  it.each([
    [{ limits: { runUsdMax: "much" } }, /runUsdMax/],
    [{ gateway: { storage: { sise: "1Gi" } } }, /sise/],
    [{ externalSecrets: { enabled: true } }, /externalSecrets.store.name is empty/],
    [{ github: { webhook: { ingress: { enabled: true } } } }, /ingress.host is empty/],
    [{ models: [] }, /model "gpt-5.5" is not in models/],
    [{ systemNamespace: "runs" }, /must differ from the release's namespace/],
  ] as const)("refuses %j and says what is wrong", async (values, message) => {
    await expect(render(values)).rejects.toThrow(message);
  });
});
