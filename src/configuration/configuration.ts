// What an operator configures in values.yaml, parsed once into this. Every limit is named here and documented in
// docs/reference/configuration.md; to-configuration.ts makes one of checked values.

export interface AgentProfile {
  /** Key in values: rex, clippy, … */
  readonly key: string;
  readonly name: string;
  /** The slug-like name of the GitHub App, for example `5DLabs-Rex`. Secret: `github-app-<lower case>`. */
  readonly githubApp: string;
  readonly appId: number;
  readonly clientId: string;
  /** The stage that this profile serves; `docs` for DocsRun. */
  readonly role: string;
  readonly model: string;
  readonly cli: "codex" | "claude";
  readonly expertise: readonly string[];
  readonly description: string;
  readonly systemPrompt: string;
}

/** US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
}

export interface ModelRoute {
  /** As the agent names it. */
  readonly name: string;
  readonly protocol: "anthropic-messages" | "openai-responses" | "openai-chat-completions";
  /** Base URL of the provider. */
  readonly upstream: string;
  /** Secret (namespace of the release) and key that hold the provider's key. */
  readonly credential: { readonly secret: string; readonly key: string };
  readonly price: ModelPrice;
  /** The most a single call may return, in tokens; used for the reservation where the call does not say. */
  readonly outputTokensMax: number;
}

export interface Limits {
  readonly runUsdMax: number;
  readonly runTokensMax: number;
  readonly taskUsdMax: number;
  readonly stageWallSeconds: number;
  readonly stageIdleSeconds: number;
  readonly gateIterationsMax: number;
  readonly remediationAttemptsMax: number;
  readonly infrastructureRetriesMax: number;
  readonly repositoryConcurrency: number;
  readonly organisationConcurrency: number;
  readonly globalConcurrency: number;
  readonly patchBytesMax: number;
  readonly memoryBytes: number;
  readonly processesMax: number;
}

export interface RepositoryRule {
  /** `owner/name`, or `owner/*`. */
  readonly name: string;
  /** Issues with this label start a fresh task. */
  readonly label: string;
  readonly docsRepository: string;
  readonly docsProjectDirectory: string;
  readonly docsBranch: string;
  readonly service: string;
  readonly allowForks: boolean;
}

export interface RegistryRoute {
  readonly name: string;
  readonly upstream: string;
}

export interface GitHubConfiguration {
  /** REST base: `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise. */
  readonly apiUrl: string;
  /** Base of clone addresses and links: `https://github.com`. */
  readonly webUrl: string;
}

export interface Configuration {
  readonly agents: readonly AgentProfile[];
  readonly limits: Limits;
  readonly repositories: readonly RepositoryRule[];
  readonly models: readonly ModelRoute[];
  readonly registries: readonly RegistryRoute[];
  readonly github: GitHubConfiguration;
  /** Secrets that requirements.yaml of a repository may name. */
  readonly requirementSecretsAllowed: readonly string[];
  /** Executables that MCP configurations may start. */
  readonly mcpServersAllowed: readonly string[];
  readonly publishMode: "live" | "dry-run";
  /** Whether an agent of a cluster may start although it has a way out beside the gateway. */
  readonly directEgress: "refuse" | "allow";
}
