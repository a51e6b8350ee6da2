// Which variables an expression mentions that an environment does not have.
import { type GoMap, type GoValue, isGoMap } from "../go-value.ts";
import { parseExpression } from "../expr/parser.ts";
import { type MemberNode, type Node, walk } from "../expr/syntax.ts";

/**
 * Names such as `tasks` and `tasks.a.outputs.result`, each once. Members that `??` or `?.` guard are not counted.
 * LanguageError when the text does not parse.
 */
export function missingNames(text: string, environment: GoMap): readonly string[] {
  const tree = parseExpression(text);
  const guarded = findGuarded(tree);
  const names = new Set<string>();
  walk(tree, (node) => {
    if (guarded.has(node)) return;
    if (node.kind === "identifier") names.add(node.name);
    const path = node.kind === "member" ? pathOf(node) : undefined;
    if (path !== undefined) names.add(path);
  });
  return [...names].filter((name) => !isPresent(environment, name));
}

function findGuarded(tree: Node): ReadonlySet<Node> {
  const guarded = new Set<Node>();
  walk(tree, (node) => {
    if (node.kind === "binary" && node.operator === "??") {
      walk(node.left, (inner) => {
        if (inner.kind === "member") guarded.add(inner);
      });
    }
    if (node.kind === "member" && node.isOptional && node.object.kind === "member") guarded.add(node.object);
  });
  return guarded;
}

/** The dotted name of a member of a variable, when it has one. */
function pathOf(node: MemberNode): string | undefined {
  if (node.isOptional || node.property.kind !== "string") return undefined;
  const { object, property } = node;
  const base = object.kind === "identifier" ? object.name : object.kind === "member" ? pathOf(object) : undefined;
  return base === undefined ? undefined : `${base}.${property.value}`;
}

/** A variable that is nil is present. */
function isPresent(environment: GoMap, name: string): boolean {
  const parts = name.split(".");
  let current: GoValue = environment;
  for (const part of parts) {
    if (!isGoMap(current) || !Object.hasOwn(current, part)) return false;
    current = current[part] ?? null;
  }
  return true;
}
