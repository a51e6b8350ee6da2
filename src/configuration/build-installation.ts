// The objects that an installation consists of besides the pipelines: ConfigMaps made from values. The engine stores
// them at start; on a cluster the chart's templates render the same.
import { CONFIG_MAP, type ConfigMap } from "../resources/core.ts";
import { apiVersionOf } from "../resources/kind.ts";
import type { Configuration } from "./configuration.ts";
import type { Values } from "./values-schema.ts";

export const AGENTS_CONFIG_MAP = "controller-agents";
export const CONFIGURATION_CONFIG_MAP = "runyard-configuration";
export const CONFIGURATION_KEY = "values.json";
export const PARAMETERS_CONFIG_MAP = "runyard-parameters";
export const SEMAPHORES_CONFIG_MAP = "runyard-semaphores";

/** Turns a value into YAML text; passed in, because the languages own the YAML dialect. */
export type FormatYaml = (value: unknown) => string;

/**
 * `controller-agents`: `agents.yaml` with every profile, and `<githubApp>_system-prompt.md` with front matter, the form
 * that existing agents read. Where two profiles share an App, the file holds the first one's prompt; agents.yaml has both.
 */
export function buildAgentsConfigMap(
  configuration: Configuration,
  namespace: string,
  formatYaml: FormatYaml,
): ConfigMap {
  const prompts: Record<string, string> = {};
  for (const agent of configuration.agents) {
    const frontMatter = formatYaml({ name: agent.name, description: agent.description });
    prompts[`${agent.githubApp}_system-prompt.md`] ??= `---\n${frontMatter}---\n${agent.systemPrompt}`;
  }
  const agents = configuration.agents.map(({ key: _key, ...profile }) => profile);
  return configMap(AGENTS_CONFIG_MAP, namespace, { "agents.yaml": formatYaml({ agents }), ...prompts });
}

/** The values, for programs that run in pods; see to-configuration.ts. They hold no secret. */
export function buildConfigurationConfigMap(values: Values, namespace: string): ConfigMap {
  return configMap(CONFIGURATION_CONFIG_MAP, namespace, { [CONFIGURATION_KEY]: JSON.stringify(values) });
}

/** What pipelines read as parameters: installation-specific values that plain Argo YAML cannot hold. */
export function buildParametersConfigMap(values: Values, namespace: string): ConfigMap {
  const built = configMap(PARAMETERS_CONFIG_MAP, namespace, {
    "agent-image": values.images.agent,
    "agent-image-pull-policy": values.images.pullPolicy,
  });
  // Argo reads parameters only from ConfigMaps that carry this label.
  return withLabels(built, { "workflows.argoproj.io/configmap-type": "Parameter" });
}

/** The semaphores that always exist; keys of repositories and owners are added when a lane is asked for. */
export function buildSemaphoresConfigMap(configuration: Configuration, namespace: string): ConfigMap {
  return configMap(SEMAPHORES_CONFIG_MAP, namespace, { global: String(configuration.limits.globalConcurrency) });
}

function configMap(name: string, namespace: string, data: Readonly<Record<string, string>>): ConfigMap {
  const labels = { "app.kubernetes.io/part-of": "runyard" };
  return { apiVersion: apiVersionOf(CONFIG_MAP), kind: CONFIG_MAP.kind, metadata: { name, namespace, labels }, data };
}

function withLabels(object: ConfigMap, labels: Readonly<Record<string, string>>): ConfigMap {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } };
}
