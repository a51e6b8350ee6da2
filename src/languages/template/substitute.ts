// Argo's substitution: `{{name}}` and `{{=expression}}` tags in the JSON text of a template, step or task.
import { quoteGo } from "../go-format.ts";
import type { GoMap, GoValue, LanguageSources } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { argoEnvironment } from "../expr/environment.ts";
import { substituteExpression } from "./substitute-expression.ts";

/** What happens to tags whose variable does not exist. */
export type SubstituteOptions = { readonly sources: LanguageSources } & (
  | {
      /** `lenient`: they stay, for a later pass. `strict`: they are an error. */
      readonly mode: "lenient" | "strict";
    }
  | {
      /** They are an error where their name starts with one of these words, such as `tasks`; others stay. */
      readonly mode: "prefixes";
      readonly prefixes: readonly string[];
    }
);

/**
 * The JSON text with its tags replaced by `values` (by their full dotted names; null is the output of a skipped node
 * without a default). LanguageError for what cannot be substituted; `isMissingVariable` tells whether to wait.
 * The engine wants the value; the text is what Argo's own function gives, and what its table of answers holds.
 * @public
 */
export function substitute(
  jsonText: string,
  values: Readonly<Record<string, GoValue>>,
  options: SubstituteOptions,
): string {
  parseJson(jsonText, "cannot do template replacements with invalid JSON");
  const result = replaceTags(jsonText, values, options);
  parseJson(result, wrongResult);
  return result;
}

/** The same for a value that the JSON text stands for. */
export function substituteValue(
  jsonText: string,
  values: Readonly<Record<string, GoValue>>,
  options: SubstituteOptions,
): unknown {
  return parseJson(replaceTags(jsonText, values, options), wrongResult);
}

const wrongResult = "cannot finish template replacement because the result was invalid JSON";

function replaceTags(jsonText: string, values: Readonly<Record<string, GoValue>>, options: SubstituteOptions): string {
  const substitution = new Substitution(values, options);
  return splitTags(jsonText)
    .map((part) => (typeof part === "string" ? part : substitution.replace(part.tag)))
    .join("");
}

/** Whether Argo would wait and try again after this error, because a variable may appear later. */
export function isMissingVariable(error: LanguageError): boolean {
  // Argo itself decides by these words.
  return ["failed to resolve {{", " is missing", "variable not in env"].some((words) => error.message.includes(words));
}

/** The texts between tags, and the tags without their braces. LanguageError for a tag without an end. */
export function splitTags(text: string): (string | { readonly tag: string })[] {
  const parts: (string | { readonly tag: string })[] = [];
  let position = 0;
  for (;;) {
    const start = text.indexOf("{{", position);
    if (start === -1) break;
    const end = text.indexOf("}}", start + 2);
    if (end === -1) {
      const rest = text.slice(start + 2);
      throw new LanguageError(
        `Cannot find end tag="}}" in the template=${JSON.stringify(text)} starting from ${JSON.stringify(rest)}`,
      );
    }
    parts.push(text.slice(position, start), { tag: text.slice(start + 2, end) });
    position = end + 2;
  }
  parts.push(text.slice(position));
  return parts;
}

class Substitution {
  readonly #values: Readonly<Record<string, GoValue>>;
  readonly #options: SubstituteOptions;
  #environment: GoMap | undefined;

  constructor(values: Readonly<Record<string, GoValue>>, options: SubstituteOptions) {
    this.#values = values;
    this.#options = options;
  }

  replace(tag: string): string {
    if (!tag.startsWith("=")) return this.#replaceName(tag);
    this.#environment ??= argoEnvironment(this.#values, this.#options.sources);
    return substituteExpression(unescapeHtml(tag.slice(1)), {
      environment: this.#environment,
      sources: this.#options.sources,
      isLenient: this.#isLenient(),
      isRequired: (name) => this.#isRequired(name),
    });
  }

  #replaceName(tag: string): string {
    const name = trimGoSpace(tag);
    if (!Object.hasOwn(this.#values, name)) return this.#replaceNested(tag) ?? this.#keep(tag, name);
    const value = this.#values[name] ?? null;
    if (value === null) {
      throw new LanguageError(
        `unable to substitute {{${tag}}}: output is an absent optional (skipped/omitted node with no default)`,
      );
    }
    if (typeof value !== "string") throw new LanguageError(`failed to resolve {{${tag}}} to string`);
    return quoteInside(value);
  }

  /** `{{a.{{b}}`: the inner tag is replaced; the outer one is whole only in a later pass. */
  #replaceNested(tag: string): string | undefined {
    const start = tag.lastIndexOf("{{");
    const inner = tag.slice(start + 2);
    if (start <= 0 || !Object.hasOwn(this.#values, inner)) return undefined;
    const value = this.#values[inner] ?? null;
    if (value === null) {
      throw new LanguageError(`unable to substitute nested tag {{${tag}}}: "${inner}" is an absent optional`);
    }
    return typeof value === "string" ? `{{${tag.slice(0, start)}${quoteInside(value)}` : undefined;
  }

  #keep(tag: string, name: string): string {
    // Artifacts are resolved elsewhere, and may be optional.
    const isExempt = this.#options.mode !== "strict" && name.includes(".outputs.artifacts.");
    if (this.#isRequired(name) && !isExempt) throw new LanguageError(`failed to resolve {{${tag}}}`);
    return `{{${tag}}}`;
  }

  #isLenient(): boolean {
    const { mode } = this.#options;
    return mode === "lenient" || (mode === "prefixes" && this.#options.prefixes.length === 0);
  }

  #isRequired(name: string): boolean {
    if (this.#options.mode !== "prefixes") return this.#options.mode === "strict";
    return this.#options.prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
  }
}

function parseJson(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LanguageError(message, { cause });
  }
}

/** Values are escaped by Go's rules, not by JSON's: most control characters make the result invalid. */
function quoteInside(value: string): string {
  return quoteGo(value).slice(1, -1);
}

/** Go writes these three characters as escapes into JSON. */
function unescapeHtml(text: string): string {
  return text.replaceAll("\\u003c", "<").replaceAll("\\u003e", ">").replaceAll("\\u0026", "&");
}

function trimGoSpace(text: string): string {
  return text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, "");
}
