// What an operator wrote, checked whole. Overlays merge as Helm merges them: maps by key, everything else is replaced.
import { LanguageError, recover } from "../languages/language-error.ts";
import { readProfilePrompt } from "./profile-prompt.ts";
import { describeIssues } from "./describe-issues.ts";
import { VALUES_SCHEMA, type Values } from "./values-schema.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Helm's merge: maps by key, null removes a key, everything else is replaced by the overlay. */
export function mergeValues(base: Json, overlay: Json): Json {
  if (!isMap(base) || !isMap(overlay)) return overlay;
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) delete merged[key];
    else merged[key] = merged[key] === undefined ? value : mergeValues(merged[key], value);
  }
  return merged;
}

/** Checks merged values. LanguageError lists every wrong field with its path and what is wrong there. */
export function checkValues(values: unknown): Values {
  const result = VALUES_SCHEMA.safeParse(values);
  if (result.success) return crossCheck(result.data);
  throw refused(describeIssues(result.error.issues, { schema: VALUES_SCHEMA, whole: "the file" }));
}

function refused(problems: readonly string[]): LanguageError {
  return new LanguageError(`values.yaml is refused: ${problems.join("; ")}`);
}

function crossCheck(values: Values): Values {
  const problems: string[] = [];
  const models = new Set(values.models.map((model) => model.name));
  values.agents.forEach((agent, index) => {
    if (!models.has(agent.model)) {
      problems.push(
        `agents[${index}].model: "${agent.model}" is not in models; add it there with its price, or choose one of ${[...models].join(", ")}`,
      );
    }
    const prompt = promptProblem(agent.systemPrompt);
    if (prompt !== undefined) problems.push(`agents[${index}].systemPrompt: front matter: ${prompt}`);
    const first = values.agents.findIndex((other) => other.name === agent.name);
    if (first !== index)
      problems.push(`agents[${index}].name: "${agent.name}" is also the name of agents[${first}]; names must differ`);
  });
  if (problems.length > 0) throw refused(problems);
  return values;
}

function promptProblem(systemPrompt: string): string | undefined {
  return recover<string | undefined>(
    () => {
      readProfilePrompt(systemPrompt);
      return undefined;
    },
    ({ message }) => message,
  );
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
