// Which operand types the binary operators of expr-lang take, and what they give.
import { LanguageError } from "../language-error.ts";
import {
  boolNature,
  describe,
  durationNature,
  elementOf,
  floatNature,
  integerNature,
  isAssignable,
  isComparable,
  isDuration,
  isList,
  isNumber,
  isTime,
  isUnknown,
  listOf,
  mayFit,
  type Nature,
  natureOfType,
  nilNature,
  stringNature,
  timeNature,
  unknownNature,
} from "./natures.ts";

type Rule = (left: Nature, right: Nature) => Nature | undefined;
type Check = (nature: Nature) => boolean;

const isBoolean: Check = ({ kind }) => kind === "bool";
const isString: Check = ({ kind }) => kind === "string";
const isInteger: Check = ({ kind }) => kind === "integer";

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...["==", "!="].map((operator): [string, Rule] => [
    operator,
    (left, right) => (isComparable(left, right) ? boolNature : undefined),
  ]),
  ...["or", "||", "and", "&&"].map((operator): [string, Rule] => [operator, ofOneType([isBoolean], boolNature)]),
  ...["<", ">", ">=", "<="].map((operator): [string, Rule] => [
    operator,
    ofOneType([isNumber, isString, isTime, isDuration], boolNature),
  ]),
  ...["contains", "startsWith", "endsWith"].map((operator): [string, Rule] => [
    operator,
    ofOneType([isString], boolNature),
  ]),
  ["matches", checkMatches],
  ["/", ofOneType([isNumber], floatNature)],
  ["**", ofOneType([isNumber], floatNature)],
  ["^", ofOneType([isNumber], floatNature)],
  ["%", ofOneType([isInteger], integerNature)],
  ["..", ofOneType([isInteger], listOf(integerNature))],
  ["+", checkSum],
  ["-", checkDifference],
  ["*", checkProduct],
  ["in", checkIn],
  ["??", checkCoalescing],
]);

export function checkBinary(operator: string, left: Nature, right: Nature): Nature {
  const result = rules.get(operator)?.(left, right);
  if (result === undefined) {
    const types = `${describe(left)} and ${describe(right)}`;
    throw new LanguageError(`invalid operation: ${operator} (mismatched types ${types})`);
  }
  return result;
}

/** Both operands pass the same check; or one may, once it is known. */
function ofOneType(checks: readonly Check[], result: Nature): Rule {
  return (left, right) => {
    const isFit = checks.some((check) => check(left) && check(right)) || mayFit(left, right, checks);
    return isFit ? result : undefined;
  };
}

function checkMatches(left: Nature, right: Nature): Nature | undefined {
  const isText = isString(left) || left.type === "[]uint8";
  return (isText && isString(right)) || mayFit(left, right, [isString]) ? boolNature : undefined;
}

function promote(left: Nature, right: Nature): Nature {
  return left.kind === "float" || right.kind === "float" ? floatNature : integerNature;
}

function checkSum(left: Nature, right: Nature): Nature | undefined {
  if (isNumber(left) && isNumber(right)) return promote(left, right);
  if (isString(left) && isString(right)) return stringNature;
  if ((isTime(left) && isDuration(right)) || (isDuration(left) && isTime(right))) return timeNature;
  if (isDuration(left) && isDuration(right)) return durationNature;
  return mayFit(left, right, [isNumber, isString, isTime, isDuration]) ? unknownNature : undefined;
}

function checkDifference(left: Nature, right: Nature): Nature | undefined {
  if (isNumber(left) && isNumber(right)) return promote(left, right);
  if (isTime(left) && isTime(right)) return durationNature;
  if (isTime(left) && isDuration(right)) return timeNature;
  if (isDuration(left) && isDuration(right)) return durationNature;
  return mayFit(left, right, [isNumber, isTime, isDuration]) ? unknownNature : undefined;
}

function checkProduct(left: Nature, right: Nature): Nature | undefined {
  if (isNumber(left) && isNumber(right)) return promote(left, right);
  const isFactor: Check = (nature) => isNumber(nature) || isDuration(nature);
  if (isFactor(left) && isFactor(right)) return durationNature;
  return mayFit(left, right, [isNumber, isDuration]) ? unknownNature : undefined;
}

function checkIn(left: Nature, right: Nature): Nature | undefined {
  if (right.kind === "map") return checkInMap(left, right);
  if (isList(right)) {
    if (isComparable(left, elementOf(right))) return boolNature;
    throw new LanguageError(`cannot use ${describe(left)} as type ${describe(elementOf(right))} in array`);
  }
  // A time is a struct, so a string may be the name of a field of it.
  const mayHold = isUnknown(right) || isTime(right) || (isUnknown(left) && isString(right));
  const mayBeHeld = isUnknown(left) || !isTime(right) || isString(left);
  return mayHold && mayBeHeld ? boolNature : undefined;
}

function checkInMap(left: Nature, right: Nature): Nature {
  const key = natureOfType(/^map\[([^\]]*)\]/.exec(describe(right))?.[1] ?? "string");
  if (isUnknown(left) || isAssignable(left, key)) return boolNature;
  throw new LanguageError(`cannot use ${describe(left)} as type ${describe(key)} in map key`);
}

function checkCoalescing(left: Nature, right: Nature): Nature {
  if (left.kind === "nil") return right.kind === "nil" ? nilNature : right;
  return right.kind === "nil" || isAssignable(right, left) ? left : unknownNature;
}
