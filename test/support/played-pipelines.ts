// Our pipelines on the interpreter alone: installed as helm installs them, with everything around them played.
import { readdirSync, readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { buildParametersConfigMap } from "../../src/configuration/build-installation.ts";
import { checkValues } from "../../src/configuration/parse-values.ts";
import { runControllers } from "../../src/controllers/loop/run-controllers.ts";
import { createWorkflowController } from "../../src/controllers/workflow/workflow-controller.ts";
import { parseYaml, parseYamlDocuments } from "../../src/languages/yaml.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CONFIG_MAP } from "../../src/resources/core.ts";
import { kindOf } from "../../src/resources/kinds.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import type { Workflow } from "../../src/resources/workflow.ts";
import type { ScaledClock } from "../conformance/workflow-runs/scaled-clock.ts";
import { RecordingLog } from "./recording-log.ts";

const chart = new URL("../../charts/runyard/", import.meta.url);
const namespace = "runyard-test";

/** The chart, with these limits of the semaphores. */
export async function installPipelines(
  store: ResourceStore,
  semaphores: Readonly<Record<string, string>>,
): Promise<void> {
  const manifests = ["pipelines", "rbac"].flatMap((folder) =>
    readdirSync(new URL(folder, chart)).flatMap((file) =>
      parseYamlDocuments(readFileSync(new URL(`${folder}/${file}`, chart), "utf8")),
    ),
  ) as unknown as readonly KubernetesObject[];
  for (const manifest of manifests) {
    const kind = kindOf(manifest.apiVersion, manifest.kind);
    if (kind === undefined) throw new Error(`${manifest.kind} is not known`);
    const metadata = kind.namespaced ? { ...manifest.metadata, namespace } : manifest.metadata;
    await store.create(kind, { ...manifest, metadata });
  }
  const values = checkValues(parseYaml(readFileSync(new URL("values.yaml", chart), "utf8")));
  await store.create(CONFIG_MAP, buildParametersConfigMap(values, namespace));
  const limits = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "runyard-semaphores", namespace } };
  await store.create(CONFIG_MAP, { ...limits, data: semaphores });
}

/** Runs the interpreter beside the played controllers until the test has finished. */
export function runPipelines(
  store: ResourceStore,
  clock: ScaledClock,
  played: Parameters<typeof runControllers>[0]["controllers"],
): void {
  const stop = new AbortController();
  const controllers = [createWorkflowController({ store, storeFor: () => store, random: () => 0.5 }), ...played];
  const loop = runControllers({ controllers, store, clock, log: new RecordingLog(), signal: stop.signal });
  onTestFinished(async () => {
    stop.abort();
    await loop;
  });
}

/** A workflow as a sensor makes it. */
export function workflowOf(name: string, intent: string): Workflow {
  const parameters = {
    intent,
    "repository-id": "1",
    repository: "acme/shop",
    "owner-id": "5",
    "head-sha": intent === "docs" ? "a".repeat(40) : "abc",
    branch: "main",
  };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name, namespace },
    spec: {
      workflowTemplateRef: { name: intent === "docs" ? "orchestrator-docs" : "orchestrator-dag" },
      arguments: { parameters: Object.entries(parameters).map(([key, value]) => ({ name: key, value })) },
    },
  };
}

export async function untilEnded(store: ResourceStore, name: string): Promise<Workflow> {
  for (let look = 0; look < 1000; look += 1) {
    const workflow = await store.get(WORKFLOW, { namespace, name });
    if (workflow?.metadata.labels?.["workflows.argoproj.io/completed"] === "true") return workflow;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(
    `${name} did not end; it is ${JSON.stringify(await store.get(WORKFLOW, { namespace, name })).slice(0, 3000)}`,
  );
}
