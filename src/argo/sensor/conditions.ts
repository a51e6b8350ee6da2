// The conditions of a trigger (`a && (b || c)`): which dependencies must have had an event before it fires.
import { LanguageError } from "../../languages/language-error.ts";

export type Conditions =
  | { readonly kind: "dependency"; readonly name: string }
  /** `true` fires at once; any other constant never does. */
  | { readonly kind: "constant"; readonly text: string }
  | { readonly kind: "group"; readonly inner: Conditions }
  | { readonly kind: "&&" | "||"; readonly left: Conditions; readonly right: Conditions };

/**
 * Reads the conditions; without a text all dependencies are needed. LanguageError for unknown names and wrong syntax.
 * Argo Events does not tell `-` from `_` in names here: of dependencies that differ in nothing else the last one is meant.
 */
export function parseConditions(text: string | undefined, dependencies: readonly string[]): Conditions {
  const wrong = dependencies.find((name) => !NAME.test(name));
  if (wrong !== undefined) throw new LanguageError(`'${wrong}' cannot be used as a name of a dependency in conditions`);
  if (text === undefined || text.trim() === "") return allOf(dependencies);
  const constant = /^\s*(true|false|\d+)\s*$/.exec(text)?.[1];
  if (constant !== undefined) return { kind: "constant", text: constant };
  const byName = new Map(dependencies.map((name) => [plain(name), name]));
  return new ConditionsParser(readWords(text), byName).parse();
}

/** The conditions as one line, with the names of the dependencies that are meant. */
export function formatConditions(conditions: Conditions): string {
  switch (conditions.kind) {
    case "dependency":
      return conditions.name;
    case "constant":
      return conditions.text;
    case "group":
      return `(${formatConditions(conditions.inner)})`;
    case "&&":
    case "||":
    default:
      return formatConditions(conditions.left) + conditions.kind + formatConditions(conditions.right);
  }
}

export function areConditionsMet(conditions: Conditions, satisfied: ReadonlySet<string>): boolean {
  switch (conditions.kind) {
    case "dependency":
      return satisfied.has(conditions.name);
    case "constant":
      return conditions.text === "true";
    case "group":
      return areConditionsMet(conditions.inner, satisfied);
    case "&&":
      return areConditionsMet(conditions.left, satisfied) && areConditionsMet(conditions.right, satisfied);
    case "||":
    default:
      return areConditionsMet(conditions.left, satisfied) || areConditionsMet(conditions.right, satisfied);
  }
}

/** With a join, events wait for each other; without one, each event fires by itself. */
export function needsJoin(conditions: Conditions): boolean {
  switch (conditions.kind) {
    case "&&":
      return true;
    case "||":
      return needsJoin(conditions.left) || needsJoin(conditions.right);
    case "group":
      return needsJoin(conditions.inner);
    case "dependency":
    case "constant":
    default:
      return false;
  }
}

/** The dependencies that the conditions name, each once. */
export function dependenciesOf(conditions: Conditions): readonly string[] {
  switch (conditions.kind) {
    case "dependency":
      return [conditions.name];
    case "constant":
      return [];
    case "group":
      return dependenciesOf(conditions.inner);
    case "&&":
    case "||":
    default:
      return [...new Set([...dependenciesOf(conditions.left), ...dependenciesOf(conditions.right)])];
  }
}

const NAME = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
const RESERVED: ReadonlySet<string> = new Set([
  "and",
  "or",
  "not",
  "in",
  "matches",
  "contains",
  "startsWith",
  "endsWith",
]);
const NESTING_MAX = 100;

function plain(name: string): string {
  return name.replaceAll("-", "_");
}

function allOf(dependencies: readonly string[]): Conditions {
  const named = dependencies.map((name): Conditions =>
    name === "true" ? { kind: "constant", text: name } : { kind: "dependency", name },
  );
  if (named.length === 0) throw new LanguageError("there are no dependencies");
  return named.reduce((left, right) => ({ kind: "&&", left, right }));
}

function readWords(text: string): readonly string[] {
  const words = Array.from(text.matchAll(/&&|\|\||[()]|"[^"]*"|[\p{L}_][\p{L}\p{N}_-]*|\S/gu), ([word]) => word);
  const wrong = words.find((word) => !/^(?:&&|\|\||[()]|"[^"]*"|[\p{L}_].*)$/u.test(word) || RESERVED.has(word));
  if (wrong !== undefined)
    throw new LanguageError(`unexpected ${wrong}: conditions have names, &&, || and parentheses`);
  return words;
}

class ConditionsParser {
  readonly #words: readonly string[];
  readonly #byName: ReadonlyMap<string, string>;
  #at = 0;
  #depth = 0;

  constructor(words: readonly string[], byName: ReadonlyMap<string, string>) {
    this.#words = words;
    this.#byName = byName;
  }

  parse(): Conditions {
    const conditions = this.#alternatives();
    const rest = this.#words[this.#at];
    if (rest !== undefined) throw new LanguageError(`unexpected ${rest} after the conditions`);
    return conditions;
  }

  #alternatives(): Conditions {
    let left = this.#all();
    while (this.#take("||")) left = { kind: "||", left, right: this.#all() };
    return left;
  }

  #all(): Conditions {
    let left = this.#operand();
    while (this.#take("&&")) left = { kind: "&&", left, right: this.#operand() };
    return left;
  }

  #operand(): Conditions {
    if (this.#take("(")) {
      this.#depth += 1;
      if (this.#depth > NESTING_MAX) throw new LanguageError(`more than ${NESTING_MAX} parentheses inside each other`);
      const inner = this.#alternatives();
      if (!this.#take(")")) throw new LanguageError("unbalanced parenthesis");
      this.#depth -= 1;
      return { kind: "group", inner };
    }
    const word = this.#words[this.#at];
    if (word === undefined) throw new LanguageError("the conditions end where a name was expected");
    this.#at += 1;
    const name = this.#byName.get(plain(word.replaceAll('"', "")));
    if (name === undefined) throw new LanguageError(`there is no dependency with the name ${word}`);
    return { kind: "dependency", name };
  }

  #take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at += 1;
    return true;
  }
}
