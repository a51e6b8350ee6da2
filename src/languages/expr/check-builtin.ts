// Which arguments the builtin functions of expr-lang take, and what they give.
import { LanguageError } from "../language-error.ts";
import { checkSignature } from "./check-signature.ts";
import {
  anyNature,
  boolNature,
  describe,
  elementOf,
  floatNature,
  integerNature,
  isList,
  isNumber,
  isUnknown,
  listNature,
  listOf,
  type Nature,
  natureOfType,
  type Signature,
  timeNature,
  unknownNature,
} from "./natures.ts";
import type { BuiltinNode, Node } from "./syntax.ts";

/** The checker as this part sees it. */
export interface NodeChecker {
  visit(node: Node): Nature;
  visitPredicate(
    node: Node,
    scope: { readonly collection: Nature; readonly pointers: Readonly<Record<string, Nature>> },
  ): Nature;
  variable(name: string): Nature | undefined;
}

export function checkBuiltin(checker: NodeChecker, node: BuiltinNode): Nature {
  const ofPredicate = predicateRules.get(node.name);
  if (ofPredicate !== undefined) return checkPredicateBuiltin(checker, node, ofPredicate);
  if (node.name === "get") return checkGet(checker, node.args);
  const args = node.args.map((each) => checker.visit(each));
  const validate = validations.get(node.name);
  return validate === undefined ? checkOverloads(node.name, args) : validate(args, node.name);
}

interface PredicateResult {
  readonly collection: Nature;
  /** None when the function was called without its optional predicate. */
  readonly predicate: Nature | undefined;
}

type PredicateRule = (result: PredicateResult) => Nature;

const boolRule: PredicateRule = (result) => (requireBoolean(result), boolNature);
const elementRule: PredicateRule = (result) => {
  requireBoolean(result);
  return isUnknown(result.collection) ? unknownNature : elementOf(result.collection);
};
const indexRule: PredicateRule = (result) => (requireBoolean(result), integerNature);

const predicateRules: ReadonlyMap<string, PredicateRule> = new Map<string, PredicateRule>([
  ...["all", "none", "any", "one"].map((name) => [name, boolRule] as const),
  ...["find", "findLast"].map((name) => [name, elementRule] as const),
  ...["findIndex", "findLastIndex", "count"].map((name) => [name, indexRule] as const),
  [
    "filter",
    (result) => {
      requireBoolean(result);
      return isUnknown(result.collection) ? listNature : listOf(elementOf(result.collection));
    },
  ],
  ["map", ({ predicate = unknownNature }) => listOf(predicate)],
  ["sum", checkSum],
  [
    "groupBy",
    ({ collection }) => ({
      ...natureOfType("map[interface {}][]interface {}"),
      element: listOf(elementOf(collection)),
    }),
  ],
  ["sortBy", ({ collection }) => collection],
  ["reduce", ({ predicate = unknownNature }) => predicate],
]);
/** `#index` and `#acc`, where the checker knows them. */
const pointersOf: Readonly<Record<string, Readonly<Record<string, Nature>>>> = {
  map: { index: integerNature },
  reduce: { index: integerNature, acc: unknownNature },
};

function checkPredicateBuiltin(checker: NodeChecker, { name, args }: BuiltinNode, rule: PredicateRule): Nature {
  const [list, body, extra] = args;
  if (list === undefined) throw new LanguageError(`not enough arguments to call ${name}`);
  const collection = checker.visit(list);
  if (!isList(collection) && !isUnknown(collection)) {
    throw new LanguageError(`builtin ${name} takes only array (got ${describe(collection)})`);
  }
  const pointers = pointersOf[name] ?? {};
  const predicate = body === undefined ? undefined : checker.visitPredicate(body, { collection, pointers });
  if (extra !== undefined) checkExtra(name, checker.visit(extra));
  if (predicate?.kind === "nil") throw new LanguageError("predicate should has one input and one output param");
  return rule({ collection, predicate });
}

function checkExtra(name: string, extra: Nature): void {
  if (name === "sortBy" && extra.kind !== "string" && !isUnknown(extra)) {
    throw new LanguageError(`sortBy order argument must be a string (got ${describe(extra)})`);
  }
}

function requireBoolean({ predicate }: PredicateResult): void {
  if (predicate !== undefined && predicate.kind !== "bool" && !isUnknown(predicate)) {
    throw new LanguageError(`predicate should return boolean (got ${describe(predicate)})`);
  }
}

function checkSum({ collection, predicate }: PredicateResult): Nature {
  if (predicate !== undefined) return isUnknown(predicate) ? anyNature : natureOfType(describe(predicate));
  return isUnknown(collection) ? unknownNature : elementOf(collection);
}

function checkGet(checker: NodeChecker, args: readonly Node[]): Nature {
  const [object, key] = args;
  if (object === undefined || key === undefined || args.length !== 2) {
    throw new LanguageError(`invalid number of arguments (expected 2, got ${args.length})`);
  }
  const base = checker.visit(object);
  const property = checker.visit(key);
  if (object.kind === "identifier" && object.name === "$env") {
    return (key.kind === "string" ? checker.variable(key.value) : undefined) ?? unknownNature;
  }
  return isUnknown(base) ? unknownNature : checkIndexing(base, property);
}

function checkIndexing(base: Nature, property: Nature): Nature {
  if (!isList(base) && base.kind !== "map") {
    throw new LanguageError(`type ${describe(base)} does not support indexing`);
  }
  const isFit = property.kind === (isList(base) ? "integer" : "string");
  if (!isFit && !isUnknown(property)) {
    throw new LanguageError(`cannot use ${describe(property)} to get an element from ${describe(base)}`);
  }
  return elementOf(base);
}

type Validation = (args: readonly Nature[], name: string) => Nature;

const isMap = ({ kind }: Nature): boolean => kind === "map";
const isString = ({ kind }: Nature): boolean => kind === "string";

const validations: ReadonlyMap<string, Validation> = new Map<string, Validation>([
  ["len", oneArgument([isList, isMap, isString], () => integerNature)],
  ["abs", oneArgument([isNumber], (argument) => argument)],
  ...["ceil", "floor", "round"].map((name): [string, Validation] => [name, oneArgument([isNumber], () => floatNature)]),
  ["int", oneArgument([isConvertible, isString], () => integerNature)],
  ["float", oneArgument([isConvertible, isString], () => floatNature)],
  ...["max", "min", "mean", "median"].map((name): [string, Validation] => [name, checkAggregate]),
  ...["first", "last"].map((name): [string, Validation] => [
    name,
    oneArgument([isList], (argument) => (isUnknown(argument) ? anyNature : elementOf(withoutElement(argument)))),
  ]),
  ...["keys", "values", "toPairs"].map((name): [string, Validation] => [name, oneArgument([isMap], () => listNature)]),
  ...["reverse", "uniq", "flatten"].map((name): [string, Validation] => [
    name,
    oneArgument([isList], () => listNature),
  ]),
  ["fromPairs", oneArgument([isList], () => natureOfType("map[interface {}]interface {}"))],
  ["take", checkTake],
  ["concat", checkConcat],
  ["now", checkNow],
  ["date", checkDate],
]);

/** Durations have an integer's sort in Go, so they pass where numbers do. */
function isConvertible(nature: Nature): boolean {
  return isNumber(nature) || nature.type === "time.Duration";
}

function withoutElement({ kind, type = "[]interface {}" }: Nature): Nature {
  return { kind, type };
}

function oneArgument(
  checks: readonly ((nature: Nature) => boolean)[],
  resultOf: (argument: Nature) => Nature,
): Validation {
  return (args, name) => {
    const [argument] = args;
    if (argument === undefined || args.length !== 1) {
      throw new LanguageError(`invalid number of arguments (expected 1, got ${args.length})`);
    }
    if (!isUnknown(argument) && !checks.some((check) => check(argument))) {
      throw new LanguageError(`invalid argument for ${name} (type ${describe(argument)})`);
    }
    return resultOf(argument);
  };
}

function checkAggregate(args: readonly Nature[], name: string): Nature {
  if (args.length === 0) throw new LanguageError(`not enough arguments to call ${name}`);
  for (const argument of args) {
    if (isUnknown(argument) || isList(argument)) return anyNature;
    if (!isConvertible(argument)) {
      throw new LanguageError(`invalid argument for ${name} (type ${describe(argument)})`);
    }
  }
  const [first = anyNature] = args;
  return first;
}

function checkTake(args: readonly Nature[]): Nature {
  const [list, count] = args;
  if (list === undefined || count === undefined || args.length !== 2) {
    throw new LanguageError(`invalid number of arguments (expected 2, got ${args.length})`);
  }
  if (!isUnknown(list) && !isList(list)) throw new LanguageError(`cannot take from ${describe(list)}`);
  const isCount = isUnknown(count) || (count.kind === "integer" && describe(count).startsWith("int"));
  if (!isCount) throw new LanguageError(`cannot take ${describe(count)} elements`);
  return isUnknown(list) ? anyNature : withoutElement(list);
}

function checkConcat(args: readonly Nature[]): Nature {
  if (args.length === 0) throw new LanguageError("invalid number of arguments (expected at least 1, got 0)");
  const wrong = args.find((argument) => !isUnknown(argument) && !isList(argument));
  if (wrong !== undefined) throw new LanguageError(`cannot concat ${describe(wrong)}`);
  return listNature;
}

function checkNow(args: readonly Nature[]): Nature {
  const isFit = args.length === 0 || (args.length === 1 && args[0]?.type === "*time.Location");
  if (!isFit) throw new LanguageError(`invalid number of arguments (expected 0, got ${args.length})`);
  return timeNature;
}

function checkDate(args: readonly Nature[]): Nature {
  if (args.length === 0) throw new LanguageError("invalid number of arguments (expected at least 1, got 0)");
  const most = args[0]?.type === "*time.Location" ? 4 : 3;
  if (args.length > most)
    throw new LanguageError(`invalid number of arguments (expected at most 3, got ${args.length})`);
  return timeNature;
}

const overloads: ReadonlyMap<string, readonly Signature[]> = readOverloads(`
  type: any -> string
  string: any -> string
  trim: string -> string | string string -> string
  trimPrefix: string string -> string | string -> string
  trimSuffix: string string -> string | string -> string
  upper: string -> string
  lower: string -> string
  split: string string -> []string | string string int -> []string
  splitAfter: string string -> []string | string string int -> []string
  replace: string string string int -> string | string string string -> string
  repeat: string int -> string
  join: []string string -> string | []any string -> string | []any -> string | []string -> string
  indexOf: string string -> int
  lastIndexOf: string string -> int
  hasPrefix: string string -> bool
  hasSuffix: string string -> bool
  toJSON: any -> string
  fromJSON: string -> any
  toBase64: string -> string
  fromBase64: string -> string
  duration: string -> time.Duration
  timezone: string -> *time.Location
  sort: []any string -> []any | []int string -> []any | []float64 string -> []any | []string string -> []any |
    []any -> []any | []float64 -> []any | []string -> []any | []int -> []any
  bitand: int int -> int
  bitor: int int -> int
  bitxor: int int -> int
  bitnand: int int -> int
  bitshl: int int -> int
  bitshr: int int -> int
  bitushr: int int -> int
  bitnot: int -> int`);

function readOverloads(text: string): ReadonlyMap<string, readonly Signature[]> {
  return new Map(
    text
      .replaceAll(/\|\n +/g, "| ")
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", signatures = ""] = line.trim().split(": ");
        return [name, signatures.split(" | ").map(readSignature)];
      }),
  );
}

function readSignature(text: string): Signature {
  const [parameters = "", result = ""] = text.split(" -> ");
  return {
    parameters: parameters.split(" ").map(natureOfType),
    isVariadic: false,
    result: natureOfType(result),
  };
}

function checkOverloads(name: string, args: readonly Nature[]): Nature {
  let last: unknown;
  for (const signature of overloads.get(name) ?? []) {
    try {
      return checkSignature(name, signature, args);
    } catch (error) {
      last = error;
    }
  }
  throw last instanceof LanguageError ? last : new LanguageError(`no matching overload for ${name}`);
}
