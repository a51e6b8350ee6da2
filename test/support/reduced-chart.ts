// The chart with a pipeline of two stages: for tests that run it many times.
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatYaml, parseYaml } from "../../src/languages/yaml.ts";

const CHART = fileURLToPath(new URL("../../charts/runyard", import.meta.url));
const PIPELINE = "pipelines/orchestrator-dag.yaml";
const LATER_STAGES: ReadonlySet<string> = new Set(["tests", "deploy", "acceptance"]);

interface Template {
  readonly name: string;
  readonly dag?: { readonly tasks: readonly { readonly name: string }[] };
}

interface Pipeline {
  readonly spec: { readonly templates: readonly Template[] };
}

/** Copies the chart into the directory, where orchestrator-dag ends after `clippy`. */
export async function writeReducedChart(directory: string): Promise<string> {
  await cp(CHART, directory, { recursive: true });
  const path = join(directory, PIPELINE);
  const pipeline = parseYaml(await readFile(path, "utf8")) as unknown as Pipeline;
  const templates = pipeline.spec.templates.map((template) =>
    template.dag === undefined ? template : { ...template, dag: { ...template.dag, tasks: early(template.dag.tasks) } },
  );
  const reduced = { ...pipeline, spec: { ...pipeline.spec, templates } };
  await writeFile(path, formatYaml(reduced as unknown as Parameters<typeof formatYaml>[0]));
  return directory;
}

function early<T extends { readonly name: string }>(tasks: readonly T[]): readonly T[] {
  return tasks.filter(({ name }) => !LATER_STAGES.has(name));
}
