// Operands of an expression: literals, names, parentheses, unary operators, lists and maps.
import { parseGoFloat, parseGoInt } from "../go-number.ts";
import { LanguageError, recover } from "../language-error.ts";
import type { Grammar } from "./grammar.ts";
import { parseCall } from "./parse-call.ts";
import { parsePostfix } from "./parse-postfix.ts";
import type { Node } from "./syntax.ts";

const unaryPrecedences: ReadonlyMap<string, number> = new Map([
  ["not", 50],
  ["!", 50],
  ["-", 90],
  ["+", 90],
]);

export function parsePrimary(grammar: Grammar): Node {
  const { cursor } = grammar;
  const token = cursor.current;
  if (token.kind === "operator") {
    const precedence = unaryPrecedences.get(token.text);
    if (precedence !== undefined) {
      cursor.next();
      const operand = grammar.parseExpression(precedence);
      return parsePostfix(grammar, cursor.create({ kind: "unary", operator: token.text, operand }));
    }
    if (grammar.predicateDepth > 0 && (token.text === "#" || token.text === ".")) return parsePointer(grammar);
    if (cursor.accept("operator", "::")) {
      return parsePostfix(grammar, parseCall(grammar, cursor.expect("identifier").text, [], true));
    }
  }
  if (cursor.accept("bracket", "(")) {
    const inner = grammar.parseSequence();
    cursor.expect("bracket", ")");
    return parsePostfix(grammar, inner);
  }
  return parseOperand(grammar);
}

/** `#`, `#index`, and `.name` for `#.name`. */
function parsePointer(grammar: Grammar): Node {
  const { cursor } = grammar;
  let name = "";
  if (cursor.accept("operator", "#") && cursor.is("identifier")) name = cursor.next().text;
  return parsePostfix(grammar, cursor.create({ kind: "pointer", name }));
}

function parseOperand(grammar: Grammar): Node {
  const { cursor } = grammar;
  const { kind, text } = cursor.current;
  switch (kind) {
    case "identifier":
      return parseName(grammar);
    case "number":
      cursor.next();
      return cursor.create(readNumber(text.replaceAll("_", "")));
    case "string":
    case "bytes":
      cursor.next();
      return parsePostfix(grammar, cursor.create({ kind, value: text }));
    case "bracket":
      if (cursor.accept("bracket", "[")) return parsePostfix(grammar, parseList(grammar));
      if (cursor.accept("bracket", "{")) return parsePostfix(grammar, parseMap(grammar));
      throw cursor.unexpected();
    case "operator":
    case "end":
    default:
      throw cursor.unexpected();
  }
}

function parseName(grammar: Grammar): Node {
  const { cursor } = grammar;
  const { text } = cursor.next();
  if (text === "true" || text === "false") return cursor.create({ kind: "boolean", value: text === "true" });
  if (text === "nil") return cursor.create({ kind: "nil" });
  const node = cursor.is("bracket", "(")
    ? parseCall(grammar, text)
    : cursor.create({ kind: "identifier" as const, name: text });
  return parsePostfix(grammar, node);
}

function readNumber(text: string): Node {
  if (!/^0x/i.test(text) && /[.e]/i.test(text)) return { kind: "float", value: parseGoFloat(text) };
  return recover<Node>(
    () => ({ kind: "integer", value: parseGoInt(text, /^0[xbo]/i.test(text) ? 0 : 10) }),
    (error) => {
      throw new LanguageError(`invalid integer literal: ${error.message}`, { cause: error });
    },
  );
}

function parseList(grammar: Grammar): Node {
  const { cursor } = grammar;
  const items: Node[] = [];
  while (!cursor.is("bracket", "]")) {
    if (items.length > 0) cursor.expect("operator", ",");
    if (cursor.is("bracket", "]")) break;
    items.push(grammar.parseExpression(0));
  }
  cursor.expect("bracket", "]");
  return cursor.create({ kind: "array", items });
}

function parseMap(grammar: Grammar): Node {
  const { cursor } = grammar;
  const pairs: { key: Node; value: Node }[] = [];
  while (!cursor.is("bracket", "}")) {
    if (pairs.length > 0) cursor.expect("operator", ",");
    if (cursor.is("bracket", "}")) break;
    const key = parseKey(grammar);
    cursor.expect("operator", ":");
    pairs.push({ key, value: grammar.parseExpression(0) });
  }
  cursor.expect("bracket", "}");
  return cursor.create({ kind: "map", pairs });
}

function parseKey(grammar: Grammar): Node {
  const { cursor } = grammar;
  const { kind, text } = cursor.current;
  if (kind === "number" || kind === "string" || kind === "identifier") {
    cursor.next();
    return cursor.create({ kind: "string", value: text });
  }
  if (cursor.is("bracket", "(")) return grammar.parseExpression(0);
  throw new LanguageError(
    "a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses " +
      `(${cursor.unexpected().message})`,
  );
}
