// What the demonstration needs of the simulators. Only demo.ts imports them and hands them over: no other program may.

export interface GitHubStandIn {
  readonly baseUrl: string;
  readonly apiUrl: string;
  app(slug: string): { readonly id: number };
  privateKeyOf(slug: string): string;
  tokenOf(login: string): string;
  configureWebhook(options: { readonly url: string; readonly secret: string; readonly app: string }): void;
  close(): Promise<void>;
}

type Level = "read" | "write";

export interface GitHubStandInOptions {
  readonly directory: string;
  readonly users: readonly { readonly login: string }[];
  readonly repositories: readonly RepositoryStandIn[];
  readonly apps: readonly {
    readonly slug: string;
    readonly permissions: Readonly<Record<string, Level>>;
    readonly events: readonly string[];
    readonly installations: readonly { readonly account: string; readonly repositories: readonly string[] }[];
  }[];
}

export interface RepositoryStandIn {
  readonly fullName: string;
  readonly collaborators: Readonly<Record<string, "read" | "write" | "maintain">>;
  readonly labels: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly ci: {
    readonly argv: readonly string[];
    readonly workflowName: string;
    readonly jobName: string;
    readonly environment: Readonly<Record<string, string>>;
  };
}

export type ScriptAction =
  | { readonly write: { readonly path: string; readonly content: string } }
  | { readonly sh: string };

export interface ScriptStep {
  readonly say: string;
  readonly do?: ScriptAction[];
  readonly usage: { readonly input: number; readonly cacheRead: number; readonly output: number };
}

export interface ConversationScript {
  readonly match: string[];
  readonly steps: ScriptStep[];
  readonly progress: "conversation";
}

export interface ModelStandIn {
  readonly url: string;
  setScript(key: string, script: ConversationScript): void;
  close(): Promise<void>;
}

export interface StandIns {
  readonly startGitHub: (options: GitHubStandInOptions) => Promise<GitHubStandIn>;
  readonly startModel: () => Promise<ModelStandIn>;
}
