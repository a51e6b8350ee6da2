// What a command is: data from which the parser, the help, the completion and the reference page are all made, and one
// function of its input and its dependencies.
import type { RequiredSecret } from "../configuration/required-secrets.ts";
import type { Clock } from "../platform/clock.ts";
import type { PlatformError } from "../platform/errors.ts";
import type { LogSource } from "../platform/log-source.ts";
import type { ResourceStore } from "../platform/resource-store.ts";
import type { ExitCode } from "./exit-code.ts";

export interface ArgumentDefinition {
  /** As it stands in the usage line: upper case. */
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  /** Any number of them; only the last argument. */
  readonly variadic?: boolean;
  readonly completes?: Completes;
}

/** What the shell offers: kinds, names of objects of the kind before, or names of one kind. */
export type Completes = "kinds" | "names" | "workflows" | "files" | readonly string[];

export interface OptionDefinition {
  /** As commander reads it: `-o, --output <format>`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** May be given several times; the values are a list. */
  readonly repeatable?: boolean;
  readonly completes?: Completes;
}

export interface CommandExample {
  readonly command: string;
  readonly explanation: string;
}

export interface CommandDefinition {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly CommandExample[];
  run(input: CommandInput, dependencies: CliDependencies): Promise<ExitCode>;
}

export interface CommandInput {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
}

/** By the long flag's name in camel case. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Where text goes. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
}

/** An API server: a cluster's, or the engine's on this machine. */
export interface Server {
  readonly store: ResourceStore;
  readonly logs: LogSource;
  /** Namespace of the kubeconfig's context. */
  readonly namespace: string;
  /** Base URL. */
  readonly server: string;
  version(): Promise<string>;
  close(): Promise<void>;
}

export interface ServerSource {
  readonly path: string;
  /** Absent: the kubeconfig's current context. */
  readonly context?: string;
}

export interface EngineOptions {
  /** Path of values.yaml; absent: the chart's own. */
  readonly values?: string;
  readonly dataDirectory: string;
  /** Port of the API on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  readonly namespace: string;
  readonly unsafeNoSandbox: boolean;
}

export interface RunningEngine {
  readonly kubeconfigPath: string;
  readonly webhookUrl: string;
  readonly apiUrl: string;
  /** Why every pod will be refused, with what mends it. */
  readonly sandboxProblem: Promise<PlatformError | undefined>;
  /** What the operator has not put there yet. */
  readonly missingSecrets: readonly RequiredSecret[];
  /** Graceful: what runs in pods goes on and is found again. */
  close(): Promise<void>;
}

/** Files that the user names. */
export interface UserFiles {
  kindOf(path: string): Promise<"file" | "directory" | "missing">;
  /** The text; a failure is an Error with the reason. */
  read(path: string): Promise<string>;
  /** Names in a directory. */
  list(path: string): Promise<readonly string[]>;
  /** Standard input to its end. */
  readInput(): Promise<string>;
}

export interface About {
  readonly version: string;
  readonly node: string;
  /** Of the SQLite in this Node. */
  readonly sqlite: string;
}

export interface CliDependencies {
  readonly out: Output;
  readonly err: Output;
  readonly clock: Clock;
  readonly files: UserFiles;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly about: About;
  connect(source: ServerSource): Promise<Server>;
  startEngine(options: EngineOptions): Promise<RunningEngine>;
  /** From the first call on, Ctrl-C and a termination signal abort this instead of ending the process. */
  interruption(): AbortSignal;
}

/** The text of an option, or undefined when it was not given. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === "string" ? value : undefined;
}

/** True when the option was given. */
export function hasOption(input: CommandInput, name: string): boolean {
  return input.options[name] === true;
}

/** Every value of a repeatable option. */
export function listOption(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
