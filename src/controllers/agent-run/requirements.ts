// requirements.yaml of a task: which secrets it needs (by the operator's allow-list) and its plain environment.
// Secrets reach a run as files, never as variables: `<NAME>_FILE` names the file.
import { parseYaml } from "../../languages/yaml.ts";
import { LanguageError } from "../../languages/language-error.ts";

export interface SecretRequirement {
  readonly secret: string;
  readonly key: string;
  /** Environment name, without the suffix _FILE. */
  readonly name: string;
}

export interface Requirements {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretRequirement[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads the base64 text of a run's spec.taskRequirements; a string says what is wrong with it. */
export function readRequirements(base64: string): Requirements | string {
  if (!/^[A-Za-z0-9+/=\s]*$/.test(base64)) return "is no base64; encode requirements.yaml with base64";
  try {
    return requirementsIn(parseYaml(decode(base64)));
  } catch (error) {
    if (error instanceof LanguageError) return `is no YAML: ${error.message}`;
    throw error;
  }
}

function decode(base64: string): string {
  const bytes = Uint8Array.from(atob(base64.replaceAll(/\s/g, "")), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function requirementsIn(value: unknown): Requirements | string {
  if (value === null) return { environment: {}, secrets: [] };
  if (!isMap(value)) return "must be a map with secrets and environment";
  const unknown = Object.keys(value).find((key) => key !== "secrets" && key !== "environment");
  if (unknown !== undefined) return `${unknown}: is unknown; only secrets and environment are read`;
  const environment = environmentIn(value["environment"] ?? {});
  if (typeof environment === "string") return environment;
  const secrets = secretsIn(value["secrets"] ?? []);
  return typeof secrets === "string" ? secrets : { environment, secrets };
}

function environmentIn(value: unknown): Readonly<Record<string, string>> | string {
  if (!isMap(value)) return "environment: must be a map of names to texts";
  const environment: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (!NAME.test(name)) return `environment.${name}: is no name of a variable`;
    if (typeof text !== "string" && typeof text !== "number" && typeof text !== "boolean") {
      return `environment.${name}: must be a text`;
    }
    environment[name] = String(text);
  }
  return environment;
}

function secretsIn(value: unknown): readonly SecretRequirement[] | string {
  if (!Array.isArray(value)) return "secrets: must be a list";
  const secrets: SecretRequirement[] = [];
  for (const [index, entry] of (value as readonly unknown[]).entries()) {
    if (!isMap(entry) || typeof entry["name"] !== "string") return `secrets[${index}].name: is missing`;
    const keys = keysIn(entry["keys"], `secrets[${index}].keys`);
    if (typeof keys === "string") return keys;
    for (const { key, name } of keys) secrets.push({ secret: entry["name"], key, name });
  }
  return secrets;
}

function keysIn(value: unknown, path: string): readonly { readonly key: string; readonly name: string }[] | string {
  if (!Array.isArray(value) || value.length === 0)
    return `${path}: must list the keys, for example [{token: API_TOKEN}]`;
  const keys: { key: string; name: string }[] = [];
  for (const entry of value as readonly unknown[]) {
    if (!isMap(entry)) return `${path}: each entry is a map of one key to a variable`;
    for (const [key, name] of Object.entries(entry)) {
      if (typeof name !== "string" || !NAME.test(name)) return `${path}.${key}: must be the name of a variable`;
      keys.push({ key, name });
    }
  }
  return keys;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
