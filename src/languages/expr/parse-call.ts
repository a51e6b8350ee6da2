// Calls in an expression: builtins with predicates, other builtins, functions of the environment.
import { LanguageError } from "../language-error.ts";
import { isBuiltin } from "./builtin-names.ts";
import type { Grammar } from "./grammar.ts";
import type { Node } from "./syntax.ts";

type Argument = "value" | "predicate" | "optional value" | "optional predicate";

const predicateArguments: ReadonlyMap<string, readonly Argument[]> = new Map<string, readonly Argument[]>([
  ...["all", "none", "any", "one", "filter", "map", "find", "findIndex", "findLast", "findLastIndex", "groupBy"].map(
    (name) => [name, ["value", "predicate"]] as const,
  ),
  ["count", ["value", "optional predicate"]],
  ["sum", ["value", "optional predicate"]],
  ["sortBy", ["value", "predicate", "optional value"]],
  ["reduce", ["value", "predicate", "optional value"]],
]);

/** In the version of Argo Events, `sum` and `sortBy` take no predicate, and `count` always does. */
const oldPredicateArguments: ReadonlyMap<string, readonly Argument[]> = new Map(
  [...predicateArguments]
    .filter(([name]) => name !== "sum" && name !== "sortBy")
    .map(([name, wanted]) => [name, name === "count" ? ["value", "predicate"] : wanted]),
);

/** The call of `name`, whose `(` is the current token. A pipe has given the first argument already. */
export function parseCall(grammar: Grammar, name: string, given: readonly Node[] = [], isBuiltinForced = false): Node {
  const { cursor, dialect } = grammar;
  const isHidden = !isBuiltinForced && grammar.isVariable(name);
  const signatures = dialect === "events" ? oldPredicateArguments : predicateArguments;
  const wanted = isHidden ? undefined : signatures.get(name);
  if (wanted !== undefined) {
    return cursor.create({ kind: "builtin", name, args: parsePredicateArguments(grammar, wanted, given) });
  }
  if (!isHidden && isBuiltin(name, dialect)) {
    return cursor.create({ kind: "builtin", name, args: parseArguments(grammar, given) });
  }
  const callee = cursor.create({ kind: "identifier", name });
  return cursor.create({ kind: "call", callee, args: parseArguments(grammar, given) });
}

export function parseArguments(grammar: Grammar, given: readonly Node[] = []): readonly Node[] {
  const { cursor } = grammar;
  const args = [...given];
  cursor.expect("bracket", "(");
  while (!cursor.is("bracket", ")")) {
    if (args.length > given.length) cursor.expect("operator", ",");
    if (cursor.is("bracket", ")")) break;
    args.push(grammar.parseExpression(0));
  }
  cursor.expect("bracket", ")");
  return args;
}

function parsePredicateArguments(grammar: Grammar, wanted: readonly Argument[], given: readonly Node[]): Node[] {
  const { cursor } = grammar;
  const args = [...given];
  cursor.expect("bracket", "(");
  for (const [at, argument] of wanted.slice(given.length).entries()) {
    if (cursor.is("bracket", ")")) {
      if (argument.startsWith("optional")) break;
      throw new LanguageError(`expected at least ${wanted.length - given.length} arguments`);
    }
    if (at > 0) cursor.expect("operator", ",");
    args.push(argument.endsWith("predicate") ? parsePredicate(grammar) : grammar.parseExpression(0));
  }
  cursor.accept("operator", ",");
  cursor.expect("bracket", ")");
  return args;
}

function parsePredicate(grammar: Grammar): Node {
  const { cursor } = grammar;
  const hasBrackets = cursor.accept("bracket", "{");
  grammar.predicateDepth += 1;
  const body = hasBrackets ? grammar.parseSequence() : grammar.parseExpression(0);
  if (!hasBrackets && cursor.is("operator", ";")) {
    throw new LanguageError("wrap predicate with brackets { and }");
  }
  grammar.predicateDepth -= 1;
  if (hasBrackets) cursor.expect("bracket", "}");
  return cursor.create({ kind: "predicate", body });
}
