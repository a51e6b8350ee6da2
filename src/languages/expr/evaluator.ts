// Evaluates a checked syntax tree of expr-lang.
import { goTypeName } from "../go-format.ts";
import { checkArgumentCount, fitsParameter, goTypeOfParameter, parameterAt, zeroValue } from "../go-function.ts";
import type { GoMap, GoValue, LanguageSources } from "../go-value.ts";
import { compileRegexp } from "../go-regexp.ts";
import { LanguageError } from "../language-error.ts";
import { utf8Bytes, utf8Text } from "../utf8.ts";
import type { Dialect } from "./dialect.ts";
import { callBuiltin } from "./builtins.ts";
import { fetchMember, sliceOf, toIndex } from "./members.ts";
import { calculate, compare, isEqual, isIn, negate, stringKey } from "./operators.ts";
import { callPredicateBuiltin, isPredicateBuiltin, type PredicateFrame } from "./predicates.ts";
import type { BlockNode, OperationNode, BinaryNode, BuiltinNode, Node } from "./syntax.ts";
import {
  FunctionValue,
  integerOf,
  isNil,
  TypedInteger,
  TypedList,
  withGoType,
  withoutGoTypes,
} from "./typed-values.ts";

export interface EvaluatorOptions {
  readonly dialect?: Dialect;
  readonly variables: GoMap;
  readonly sources: LanguageSources;
}

/** How many elements of lists, maps and repeated texts one evaluation may make. */
const MEMORY_MAX = 1_000_000;

export function evaluateNode(node: Node, options: EvaluatorOptions): GoValue {
  return new Evaluator(options).evaluate(node);
}

export class Evaluator {
  readonly #variables: GoMap;
  readonly #dialect: Dialect;
  readonly sources: LanguageSources;
  readonly #locals: { readonly name: string; readonly value: GoValue }[] = [];
  readonly #frames: PredicateFrame[] = [];
  #memory = 0;

  constructor({ variables, sources, dialect = "workflows" }: EvaluatorOptions) {
    this.#dialect = dialect;
    this.#variables = variables;
    this.sources = sources;
  }

  evaluate(node: Node): GoValue {
    switch (node.kind) {
      case "nil":
        return null;
      case "integer":
      case "float":
      case "boolean":
      case "string":
      case "constant":
        return node.value;
      case "bytes":
        return new TypedList(
          "[]uint8",
          Array.from(utf8Bytes(node.value), (byte) => new TypedInteger("uint8", BigInt(byte))),
        );
      case "in-strings":
        return node.strings.has(stringKey(this.evaluate(node.needle)));
      case "identifier":
        return this.#variable(node.name);
      case "pointer":
        return this.#pointer(node.name);
      default:
        return this.#evaluateOperation(node);
    }
  }

  /** Evaluates with `#` standing for the current item of a frame. */
  evaluateIn(frame: PredicateFrame, node: Node): GoValue {
    this.#frames.push(frame);
    const value = this.evaluate(node);
    this.#frames.pop();
    return value;
  }

  /** LanguageError when an evaluation makes too much. */
  grow(size: number): void {
    this.#memory += Math.max(size, 0);
    if (this.#memory >= MEMORY_MAX) throw new LanguageError("memory budget exceeded");
  }

  #evaluateOperation(node: OperationNode): GoValue {
    switch (node.kind) {
      case "unary":
        return applyUnary(node.operator, this.evaluate(node.operand));
      case "binary":
        return this.#evaluateBinary(node);
      case "chain":
        return this.#evaluateChain(node.body);
      case "member":
        return fetchMember(this.evaluate(node.object), this.evaluate(node.property));
      case "slice": {
        const object = this.evaluate(node.object);
        const to = node.to === undefined ? undefined : this.evaluate(node.to);
        const from = node.from === undefined ? undefined : this.evaluate(node.from);
        return sliceOf(object, from, to);
      }
      case "call":
        return this.#call(
          node.args.map((each) => this.evaluate(each)),
          this.evaluate(node.callee),
        );
      case "builtin":
        return this.#evaluateBuiltin(node);
      default:
        return this.#evaluateBlock(node);
    }
  }

  #evaluateBlock(node: BlockNode): GoValue {
    switch (node.kind) {
      case "predicate":
        return this.evaluate(node.body);
      case "let":
        return this.#evaluateLet(node.name, node.value, node.body);
      case "sequence":
        return node.nodes.reduce<GoValue>((_previous, each) => this.evaluate(each), null);
      case "conditional":
        return this.evaluate(requireBoolean(this.evaluate(node.condition)) ? node.consequent : node.alternative);
      case "array":
        this.grow(node.items.length);
        return node.items.map((item) => this.evaluate(item));
      case "map":
        return this.#evaluateMap(node.pairs);
    }
  }

  #variable(name: string): GoValue {
    const local = this.#locals.findLast((each) => each.name === name);
    if (local !== undefined) return local.value;
    if (name === "$env") return this.#variables;
    return Object.hasOwn(this.#variables, name) ? (this.#variables[name] ?? null) : null;
  }

  #pointer(name: string): GoValue {
    const frame = this.#frames.at(-1);
    if (frame === undefined) throw new LanguageError("cannot use pointer accessor outside predicate");
    if (name === "index") return BigInt(frame.index);
    return name === "acc" ? frame.accumulator : (frame.items[frame.index] ?? null);
  }

  /** A chain ends with nil at the first `?.` whose object is nil. */
  #evaluateChain(body: Node): GoValue {
    const result = this.#evaluateLink(body);
    return result === chainEnd ? null : result;
  }

  #evaluateLink(node: Node): GoValue | typeof chainEnd {
    if (node.kind === "call" && node.callee.kind === "member") {
      const args = node.args.map((each) => this.evaluate(each));
      const callee = this.#evaluateLink(node.callee);
      return callee === chainEnd ? chainEnd : this.#call(args, callee);
    }
    if (node.kind !== "member") return this.evaluate(node);
    const object = this.#evaluateLink(node.object);
    if (object === chainEnd || (node.isOptional && object === null)) return chainEnd;
    return fetchMember(object, this.evaluate(node.property));
  }

  #call(args: readonly GoValue[], callee: GoValue): GoValue {
    return callFunction(args, callee, this.#dialect);
  }

  #evaluateLet(name: string, value: Node, body: Node): GoValue {
    this.#locals.push({ name, value: this.evaluate(value) });
    const result = this.evaluate(body);
    this.#locals.pop();
    return result;
  }

  #evaluateMap(pairs: readonly { readonly key: Node; readonly value: Node }[]): GoValue {
    const entries = pairs.map(({ key, value }): [GoValue, GoValue] => [this.evaluate(key), this.evaluate(value)]);
    this.grow(pairs.length);
    // Go fills the map from the last pair to the first, so the first of two equal keys wins.
    const result: Record<string, GoValue> = Object.create(null) as Record<string, GoValue>;
    for (const [key, value] of entries.reverse()) {
      if (typeof key !== "string") {
        throw new LanguageError(`interface conversion: interface {} is ${goTypeName(key)}, not string`);
      }
      result[key] = value;
    }
    return result;
  }

  #evaluateBuiltin(node: BuiltinNode): GoValue {
    if (isPredicateBuiltin(node.name)) return callPredicateBuiltin(this, node);
    return callBuiltin(
      node.name,
      node.args.map((each) => this.evaluate(each)),
      { sources: this.sources, grow: (size) => this.grow(size) },
    );
  }

  #evaluateBinary({ operator, left, right }: BinaryNode): GoValue {
    switch (operator) {
      case "and":
      case "&&":
        return requireBoolean(this.evaluate(left)) ? this.evaluate(right) : false;
      case "or":
      case "||":
        return requireBoolean(this.evaluate(left)) ? true : this.evaluate(right);
      case "??":
        return this.#evaluateCoalescing(left, right);
      case "..":
        return this.#range(this.evaluate(left), this.evaluate(right));
      default:
        return applyBinary({ operator, dialect: this.#dialect }, this.evaluate(left), this.evaluate(right));
    }
  }

  #evaluateCoalescing(left: Node, right: Node): GoValue {
    const value = this.evaluate(left);
    return isNil(value) ? this.evaluate(right) : value;
  }

  #range(from: GoValue, to: GoValue): GoValue {
    const first = toIndex(from);
    const size = Math.max(toIndex(to) - first + 1, 0);
    this.grow(size);
    return new TypedList(
      "[]int",
      Array.from({ length: size }, (_item, at) => BigInt(first + at)),
    );
  }
}

const chainEnd = Symbol("the end of a chain");

export function requireBoolean(value: GoValue): boolean {
  if (typeof value !== "boolean") {
    throw new LanguageError(`interface conversion: interface {} is ${goTypeName(value)}, not bool`);
  }
  return value;
}

function applyUnary(operator: string, operand: GoValue): GoValue {
  if (operator === "!" || operator === "not") return !requireBoolean(operand);
  return operator === "-" ? negate(operand) : operand;
}

interface Operation {
  readonly operator: string;
  readonly dialect: Dialect;
}

function applyBinary({ operator, dialect }: Operation, left: GoValue, right: GoValue): GoValue {
  switch (operator) {
    case "==":
      return isEqual(left, right, dialect);
    case "!=":
      return !isEqual(left, right, dialect);
    case "== simple":
    case "!= simple":
      if (left === null || right === null) throw new LanguageError("interface conversion: interface {} is nil");
      return (left === right) === (operator === "== simple");
    case "in":
      return isIn(left, right, dialect);
    default:
      if (/^[<>]=?$/.test(operator)) return isOrdered(operator, compare(operator, left, right));
      return textOperators.has(operator)
        ? applyToTexts({ operator, dialect }, left, right)
        : calculate(operator, left, right);
  }
}

/** A not-a-number is in no order. */
function isOrdered(operator: string, order: number): boolean {
  if (order === 0) return operator.endsWith("=");
  return operator.startsWith("<") ? order < 0 : order > 0;
}

const textOperators: ReadonlySet<string> = new Set(["matches", "contains", "startsWith", "endsWith"]);

/** With nil, none of them holds; in Argo Events it is an error. */
function applyToTexts({ operator, dialect }: Operation, left: GoValue, right: GoValue): boolean {
  if (dialect === "workflows" && (left === null || right === null)) return false;
  const text = operator === "matches" && left instanceof TypedList ? textOfBytes(left) : requireString(left);
  const part = requireString(right);
  if (operator === "matches") return compileRegexp(part).test(text);
  if (operator === "contains") return text.includes(part);
  return operator === "startsWith" ? text.startsWith(part) : text.endsWith(part);
}

function textOfBytes(list: TypedList): string {
  return utf8Text(Uint8Array.from(list.items, (item) => Number(integerOf(item))));
}

function requireString(value: GoValue): string {
  if (typeof value !== "string") {
    throw new LanguageError(`interface conversion: interface {} is ${goTypeName(value)}, not string`);
  }
  return value;
}

/** A call by reflection: nil is the zero value of a parameter's type (not in Argo Events), another type is refused. */
function callFunction(args: readonly GoValue[], callee: GoValue, dialect: Dialect): GoValue {
  if (callee === null) throw new LanguageError("invalid operation: cannot call nil");
  if (!(callee instanceof FunctionValue)) {
    throw new LanguageError(`invalid operation: cannot call non-function of type ${goTypeName(callee)}`);
  }
  const target = callee.callee;
  checkArgumentCount(target, args.length);
  const checked = args.map((value, at) => {
    const parameter = parameterAt(target, at);
    const argument = value === null ? zeroValue(parameter) : value;
    const isNilRefused = dialect === "events" && value === null && parameter !== "any";
    if (isNilRefused || !fitsParameter(argument, parameter)) {
      throw new LanguageError(`reflect: Call using ${goTypeName(value)} as type ${goTypeOfParameter(parameter)}`);
    }
    return callee.takesGoTypes ? argument : withoutGoTypes(argument);
  });
  return withGoType(target.call(checked), target.resultType);
}
