// Which model the demonstration uses: the scripted one, or a real provider's when a key and a name are given.
import { parseYaml, formatYaml } from "../../languages/yaml.ts";

export type ProviderProtocol = "openai-responses" | "anthropic-messages";

export type DemoModel =
  | { readonly kind: "scripted"; readonly name: string }
  | {
      readonly kind: "real";
      readonly name: string;
      readonly protocol: ProviderProtocol;
      readonly key: string;
      /** Instead of the address that the chart's values name, in the same form. */
      readonly upstream: string | undefined;
    };

export const SCRIPTED_MODEL = "scripted-model";

/** A wish that cannot be met, as text; else the model. */
export function chooseModel(name: string | undefined, environment: NodeJS.ProcessEnv): DemoModel | string {
  if (name === undefined) return { kind: "scripted", name: SCRIPTED_MODEL };
  const isClaude = name.startsWith("claude");
  const provider = isClaude ? "ANTHROPIC" : "OPENAI";
  const key = environment[`${provider}_API_KEY`];
  if (key === undefined || key === "") return `--model ${name} needs ${provider}_API_KEY in the environment`;
  const address = environment[`${provider}_BASE_URL`];
  const upstream = address === undefined || address === "" ? undefined : address.replace(/\/+$/, "");
  if (upstream !== undefined && !URL.canParse(upstream)) return `${provider}_BASE_URL is no address: ${upstream}`;
  return { kind: "real", name, protocol: isClaude ? "anthropic-messages" : "openai-responses", key, upstream };
}

export interface ValuesOptions {
  /** Text of the chart's values.yaml. */
  readonly chartValues: string;
  readonly model: DemoModel;
  readonly appIds: Readonly<Record<string, number>>;
  readonly repository: string;
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly scriptedModelUrl: string;
  readonly registryUrl: string;
  readonly webhookPort: number;
}

interface ChartModel {
  readonly protocol: string;
  readonly upstream: string;
  readonly price: Readonly<Record<string, number>>;
}

interface ChartValues {
  readonly agents: readonly (Readonly<Record<string, string>> & { readonly githubApp: string })[];
  readonly models: readonly ChartModel[];
}

/** The operator's values.yaml of the demonstration: the chart's agents with the simulator's Apps and one model. */
export function buildValues(options: ValuesOptions): string {
  const { model, appIds } = options;
  const chart = parseYaml(options.chartValues) as unknown as ChartValues;
  const protocol = model.kind === "scripted" ? "openai-responses" : model.protocol;
  const known = chart.models.find((candidate) => candidate.protocol === protocol);
  if (known === undefined) throw new Error(`the chart's values name no model that speaks ${protocol}`);
  const cli = protocol === "openai-responses" ? "codex" : "claude";
  const agents = chart.agents.map((agent) => {
    const appId = appIds[agent.githubApp.toLowerCase()] ?? 0;
    return Object.assign({}, agent, { appId, model: model.name, cli });
  });
  const upstream = model.kind === "scripted" ? `${options.scriptedModelUrl}/v1` : (model.upstream ?? known.upstream);
  const credential = { secret: "model-keys", key: "demo" };
  return formatYaml({
    agents,
    repositories: [{ name: options.repository }],
    github: {
      apiUrl: options.apiUrl,
      webUrl: options.webUrl,
      webhook: { port: options.webhookPort },
    },
    models: [{ name: model.name, protocol, upstream, credential, price: { ...known.price }, outputTokensMax: 32_000 }],
    registries: [{ name: "npm", upstream: options.registryUrl }],
  });
}
