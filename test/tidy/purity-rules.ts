// The rule for files that must be pure, as a function from a file to violations.
import { isSyntaxNode, lineOf, walk, type SourceFile, type SyntaxNode } from "./source-tree.ts";

/** Whole trees that are pure, and the file names that are pure everywhere. */
export function mustBePure(path: string): boolean {
  return /^src\/(resources|languages|argo)\//.test(path) || /\/(decide|build|summarize)-[^/]*\.ts$/.test(path);
}

const IMPURE_GLOBALS = new Set([
  "process",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "clearTimeout",
  "clearInterval",
  "performance",
  "crypto",
  "console",
  "globalThis",
]);
const IMPURE_WORDS =
  /\bawait\b|\bDate\b|\bMath\b|\bprocess\b|\bfetch\b|\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bclear(Timeout|Interval)\b|\bperformance\b|\bcrypto\b|\bconsole\b|\bglobalThis\b/;

/** What a pure file does that depends on time, chance, the environment or the outside world. */
export function impurities(file: SourceFile): readonly string[] {
  // Most files hold none of the words, and need not be walked.
  if (!mustBePure(file.path) || !IMPURE_WORDS.test(file.text)) return [];
  const declared = new Set<unknown>();
  const found: { readonly name: string; readonly at: number; readonly isGlobal: boolean }[] = [];
  walk(file.syntax(), (node, parent, field) => {
    if (isBinding(node, parent, field)) declared.add(node["name"]);
    const name = impureName(node, parent, field);
    if (name !== undefined) found.push({ name, at: node.start, isGlobal: node.type === "Identifier" });
  });
  return found
    .filter(({ name, isGlobal }) => !isGlobal || !declared.has(name))
    .map(({ name, at }) => `${file.path}, line ${lineOf(file.text, at)}: ${name} in a file that must be pure`);
}

function impureName(node: SyntaxNode, parent: SyntaxNode | undefined, field: string): string | undefined {
  switch (node.type) {
    case "AwaitExpression":
      return "await";
    case "ForOfStatement":
      return node["await"] === true ? "await" : undefined;
    case "NewExpression":
      return isNamed(node["callee"], "Date") && (node["arguments"] as unknown[]).length === 0
        ? "new Date()"
        : undefined;
    case "CallExpression":
      return isNamed(node["callee"], "Date") ? "Date()" : undefined;
    case "MemberExpression":
      return IMPURE_MEMBERS.find((name) => isMember(node, name));
    case "Identifier":
      return isGlobalUse(node, parent, field) ? String(node["name"]) : undefined;
    default:
      return undefined;
  }
}

const IMPURE_MEMBERS = ["Date.now", "Math.random"];

function isGlobalUse(node: SyntaxNode, parent: SyntaxNode | undefined, field: string): boolean {
  if (!IMPURE_GLOBALS.has(String(node["name"])) || parent === undefined) return false;
  const isName =
    (field === "property" || field === "key") && parent["computed"] !== true && parent["shorthand"] !== true;
  // `typeof process` is a type, `process as object` is not.
  const isType = parent.type.startsWith("TS") && field !== "expression";
  return !isName && !isType;
}

function isNamed(node: unknown, name: string): boolean {
  return isSyntaxNode(node) && node.type === "Identifier" && node["name"] === name;
}

function isMember(node: SyntaxNode, name: string): boolean {
  const [object = "", property = ""] = name.split(".");
  return isNamed(node["object"], object) && isNamed(node["property"], property);
}

/** Parameters, variables, functions and imports: a file may use such a name for something of its own. */
function isBinding(node: SyntaxNode, parent: SyntaxNode | undefined, field: string): boolean {
  if (node.type !== "Identifier" || parent === undefined) return false;
  const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(parent.type);
  if (isFunction) return field === "params" || field === "id";
  if (parent.type === "VariableDeclarator") return field === "id";
  if (parent.type === "Property" && field === "value") return parent["kind"] === "init";
  return /^Import.*Specifier$/.test(parent.type) && field === "local";
}
