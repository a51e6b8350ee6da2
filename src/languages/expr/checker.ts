// Checks the types of an expression before it runs, as expr-lang does: what cannot work is refused even where it
// would not be reached.
import type { GoMap } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { compileRegexp } from "../go-regexp.ts";
import { isBuiltin } from "./builtin-names.ts";
import { checkBinary } from "./check-binary.ts";
import { checkBuiltin } from "./check-builtin.ts";
import { checkSignature } from "./check-signature.ts";
import { natureOfMethod } from "./methods.ts";
import {
  boolNature,
  describe,
  elementOf,
  floatNature,
  integerNature,
  isAssignable,
  isList,
  isNumber,
  isUnknown,
  listNature,
  listOf,
  mapNature,
  type Nature,
  natureOfType,
  natureOfValue,
  nilNature,
  sortOf,
  stringNature,
  unknownNature,
} from "./natures.ts";
import type { BlockNode, OperationNode, MemberNode, Node } from "./syntax.ts";

export interface CheckerOptions {
  readonly variables: GoMap;
  /** Whether an unknown name is refused; else it is nil. */
  readonly isStrict: boolean;
}

/** What predicates are checked in. */
export interface PredicateScope {
  readonly collection: Nature;
  readonly pointers: Readonly<Record<string, Nature>>;
}

/** The natures of every node that was reached. LanguageError for the first that cannot work. */
export function checkExpression(node: Node, options: CheckerOptions): ReadonlyMap<Node, Nature> {
  const checker = new Checker(options);
  checker.visit(node);
  return checker.natures;
}

export class Checker {
  readonly natures = new Map<Node, Nature>();
  readonly #options: CheckerOptions;
  readonly #locals: { readonly name: string; readonly nature: Nature }[] = [];
  readonly #scopes: PredicateScope[] = [];

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  visit(node: Node): Nature {
    const nature = this.#natureOf(node);
    this.natures.set(node, nature);
    return nature;
  }

  /** Visits a predicate with `#` standing for the elements of a collection. */
  visitPredicate(node: Node, scope: PredicateScope): Nature {
    this.#scopes.push(scope);
    const nature = this.visit(node);
    this.#scopes.pop();
    return nature;
  }

  variable(name: string): Nature | undefined {
    const { variables } = this.#options;
    return Object.hasOwn(variables, name) ? natureOfValue(variables[name] ?? null) : undefined;
  }

  #natureOf(node: Node): Nature {
    switch (node.kind) {
      case "nil":
        return nilNature;
      case "integer":
        return integerNature;
      case "float":
        return floatNature;
      case "boolean":
        return boolNature;
      case "string":
        return stringNature;
      case "bytes":
        return natureOfType("[]uint8");
      case "constant":
        return natureOfValue(node.value);
      case "in-strings":
        return boolNature;
      default:
        return this.#natureOfOperation(node);
    }
  }

  #natureOfOperation(node: OperationNode | Extract<Node, { kind: "identifier" | "pointer" }>): Nature {
    switch (node.kind) {
      case "identifier":
        return this.#checkIdentifier(node.name);
      case "pointer":
        return this.#checkPointer(node.name);
      case "unary":
        return checkUnary(node.operator, this.visit(node.operand));
      case "binary": {
        if (node.operator === "matches" && node.right.kind === "string") compileRegexp(node.right.value);
        return checkBinary(node.operator, this.visit(node.left), this.visit(node.right));
      }
      case "chain":
        return this.visit(node.body);
      case "member":
        return this.#checkMember(node);
      case "slice":
        return this.#checkSlice(node);
      case "call":
        return this.#checkCall(node.callee, node.args);
      case "builtin":
        return checkBuiltin(this, node);
      default:
        return this.#natureOfBlock(node);
    }
  }

  #natureOfBlock(node: BlockNode): Nature {
    switch (node.kind) {
      case "predicate":
        return this.visit(node.body);
      case "let":
        return this.#checkLet(node.name, node.value, node.body);
      case "sequence":
        return node.nodes.map((each) => this.visit(each)).at(-1) ?? nilNature;
      case "conditional":
        return this.#checkConditional(node.condition, node.consequent, node.alternative);
      case "array":
        return this.#checkList(node.items);
      case "map":
        for (const { key, value } of node.pairs) {
          this.visit(key);
          this.visit(value);
        }
        return mapNature;
    }
  }

  #checkIdentifier(name: string): Nature {
    const local = this.#locals.findLast((each) => each.name === name);
    if (local !== undefined) return local.nature;
    if (name === "$env") return unknownNature;
    const variable = this.variable(name);
    if (variable !== undefined) return variable;
    // A builtin without a call is nil at run time, but its type is a function's.
    if (isBuiltin(name)) return { kind: "function", type: `func ${name}` };
    if (this.#options.isStrict) throw new LanguageError(`unknown name ${name}`);
    return unknownNature;
  }

  #checkPointer(name: string): Nature {
    const scope = this.#scopes.at(-1);
    if (scope === undefined) throw new LanguageError("cannot use pointer accessor outside predicate");
    if (name === "") return isUnknown(scope.collection) ? unknownNature : elementOf(scope.collection);
    const nature = Object.hasOwn(scope.pointers, name) ? scope.pointers[name] : undefined;
    if (nature === undefined) throw new LanguageError(`unknown pointer #${name}`);
    return nature;
  }

  #checkMember({ object, property, isOptional, isMethod }: MemberNode): Nature {
    if (object.kind === "identifier" && object.name === "$env") {
      return property.kind === "string" ? this.#checkEnvironmentMember(property.value, isOptional) : unknownNature;
    }
    const base = this.visit(object);
    const key = this.visit(property);
    if (isUnknown(base)) return unknownNature;
    if (property.kind !== "string") return elementByKey(base, key);
    return memberByName(base, property.value, isMethod);
  }

  #checkEnvironmentMember(name: string, isOptional: boolean): Nature {
    const variable = this.variable(name);
    if (variable === undefined && this.#options.isStrict && !isOptional) {
      throw new LanguageError(`unknown name ${name}`);
    }
    return variable ?? unknownNature;
  }

  #checkSlice({ object, from, to }: Extract<Node, { kind: "slice" }>): Nature {
    const nature = this.visit(object);
    if (isUnknown(nature)) return unknownNature;
    if (nature.kind !== "string" && !isList(nature)) throw new LanguageError(`cannot slice ${describe(nature)}`);
    for (const bound of [from, to]) {
      const index = bound === undefined ? integerNature : this.visit(bound);
      if (index.kind !== "integer" && !isUnknown(index)) {
        throw new LanguageError(`non-integer slice index ${describe(index)}`);
      }
    }
    return nature;
  }

  #checkCall(callee: Node, args: readonly Node[]): Nature {
    if (callee.kind === "identifier" && callee.name === "$env") {
      throw new LanguageError("map[string]interface {} is not callable");
    }
    const nature = this.visit(callee);
    if (isUnknown(nature)) return unknownNature;
    const name = calleeName(callee);
    if (nature.kind === "nil") throw new LanguageError(`${name} is nil; cannot call nil as function`);
    if (nature.signature === undefined) throw new LanguageError(`${describe(nature)} is not callable`);
    return checkSignature(
      name,
      nature.signature,
      args.map((each) => this.visit(each)),
    );
  }

  #checkLet(name: string, value: Node, body: Node): Nature {
    if (this.variable(name) !== undefined) throw new LanguageError(`cannot redeclare ${name}`);
    if (isBuiltin(name)) throw new LanguageError(`cannot redeclare builtin ${name}`);
    if (this.#locals.some((each) => each.name === name)) throw new LanguageError(`cannot redeclare variable ${name}`);
    const nature = this.visit(value);
    this.#locals.push({ name, nature });
    const result = this.visit(body);
    this.#locals.pop();
    return result;
  }

  #checkConditional(condition: Node, consequent: Node, alternative: Node): Nature {
    const nature = this.visit(condition);
    if (nature.kind !== "bool" && !isUnknown(nature)) {
      throw new LanguageError(`non-bool expression (type ${describe(nature)}) used as condition`);
    }
    const first = this.visit(consequent);
    const second = this.visit(alternative);
    if (first.kind === "nil") return second;
    if (second.kind === "nil") return first;
    if (!isAssignable(first, second)) return unknownNature;
    if (isList(first) && isList(second)) {
      const [one, other] = [elementOf(first), elementOf(second)];
      if (!isAssignable(one, other) || !isAssignable(other, one)) return listNature;
    }
    return first;
  }

  #checkList(items: readonly Node[]): Nature {
    const natures = items.map((item) => this.visit(item));
    const last = natures.at(-1) ?? unknownNature;
    return natures.every((nature) => sortOf(nature) === sortOf(last)) ? listOf(last) : listNature;
  }
}

function checkUnary(operator: string, operand: Nature): Nature {
  if (operator === "!" || operator === "not") {
    if (operand.kind === "bool" || isUnknown(operand)) return boolNature;
  } else if (isNumber(operand)) {
    return operand;
  } else if (isUnknown(operand)) {
    return unknownNature;
  }
  throw new LanguageError(`invalid operation: ${operator} (mismatched type ${describe(operand)})`);
}

function elementByKey(base: Nature, key: Nature): Nature {
  if (base.kind === "map") return elementOfMap(base, key);
  if (isList(base)) return elementOfList(base, key);
  throw new LanguageError(`type ${describe(base)}[${describe(key)}] is undefined`);
}

function memberByName(base: Nature, name: string, isMethod: boolean): Nature {
  if (base.kind === "nil") throw new LanguageError(`type nil has no field ${name}`);
  const method = natureOfMethod(base, name);
  if (method !== undefined) return method;
  if (base.kind === "map" || isList(base)) return elementByKey(base, stringNature);
  throw new LanguageError(`type ${describe(base)} has no ${isMethod ? "method" : "field"} ${name}`);
}

function elementOfMap(base: Nature, key: Nature): Nature {
  const [[, keyType = "string"] = []] = describe(base).matchAll(/^map\[([^\]]*)\]/g);
  const keyNature = natureOfType(keyType);
  if (!isAssignable(key, keyNature) && !isUnknown(key)) {
    throw new LanguageError(`cannot use ${describe(key)} to get an element from ${describe(base)}`);
  }
  return elementOf(base);
}

function elementOfList(base: Nature, key: Nature): Nature {
  if (key.kind !== "integer" && !isUnknown(key)) {
    throw new LanguageError(`array elements can only be selected using an integer (got ${describe(key)})`);
  }
  return elementOf(base);
}

function calleeName(callee: Node): string {
  if (callee.kind === "identifier") return callee.name;
  return callee.kind === "member" && callee.property.kind === "string" ? callee.property.value : "function";
}
