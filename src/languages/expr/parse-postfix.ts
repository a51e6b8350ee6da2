// What follows an operand: `.name`, `?.name`, `[index]`, `[from:to]` and method calls.
import { LanguageError } from "../language-error.ts";
import type { Grammar } from "./grammar.ts";
import { parseArguments } from "./parse-call.ts";
import type { Node } from "./syntax.ts";

export function parsePostfix(grammar: Grammar, first: Node): Node {
  const { cursor } = grammar;
  let node = first;
  for (;;) {
    if (cursor.accept("operator", ".")) {
      node = parseProperty(grammar, node, false);
    } else if (cursor.accept("operator", "?.")) {
      node = cursor.accept("bracket", "[") ? parseIndex(grammar, node, true) : parseProperty(grammar, node, true);
    } else if (cursor.accept("bracket", "[")) {
      node = parseIndex(grammar, node, false);
    } else {
      return node;
    }
  }
}

function parseProperty(grammar: Grammar, object: Node, isOptional: boolean): Node {
  const { cursor } = grammar;
  const token = cursor.next();
  // Words such as `not` and `matches` are names here.
  const isName = token.kind === "identifier" || (token.kind === "operator" && /^\p{L}/u.test(token.text));
  if (!isName) throw new LanguageError("expected name");
  const property = cursor.create({ kind: "string" as const, value: token.text });
  const isChain = object.kind === "chain";
  const isMethod = cursor.is("bracket", "(");
  const member = cursor.create({
    kind: "member" as const,
    object: isChain ? object.body : object,
    property,
    isOptional,
    isMethod,
  });
  const body = isMethod
    ? cursor.create({ kind: "call" as const, callee: member, args: parseArguments(grammar) })
    : member;
  return isChain || isOptional ? cursor.create({ kind: "chain", body }) : body;
}

function parseIndex(grammar: Grammar, object: Node, isOptional: boolean): Node {
  const { cursor } = grammar;
  const from = cursor.is("operator", ":") ? undefined : grammar.parseExpression(0);
  if (cursor.accept("operator", ":") || from === undefined) {
    const to = cursor.is("bracket", "]") ? undefined : grammar.parseExpression(0);
    cursor.expect("bracket", "]");
    return cursor.create({
      kind: "slice",
      object,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
  }
  cursor.expect("bracket", "]");
  const member = cursor.create({ kind: "member" as const, object, property: from, isOptional, isMethod: false });
  return isOptional ? cursor.create({ kind: "chain", body: member }) : member;
}
