// What the checker knows about the type of an expression before it runs.
import { goTypeName } from "../go-format.ts";
import type { GoValue } from "../go-value.ts";
import { FunctionValue } from "./typed-values.ts";

export interface Nature {
  readonly kind:
    | "unknown"
    | "nil"
    /** A value of interface type: as unknown as `unknown`, but other types can be assigned to it. */
    | "any"
    | "bool"
    | "integer"
    | "float"
    | "string"
    | "list"
    | "map"
    | "function"
    | "object";
  /** The Go type; none when nothing is known, or nil. */
  readonly type?: string;
  /** Of a list: what its elements are, where that is known better than its type says. */
  readonly element?: Nature;
  readonly signature?: Signature;
}

export interface Signature {
  readonly parameters: readonly Nature[];
  readonly isVariadic: boolean;
  readonly result: Nature;
}

export const unknownNature: Nature = { kind: "unknown" };
export const nilNature: Nature = { kind: "nil" };
export const anyNature: Nature = { kind: "any", type: "interface {}" };
export const boolNature: Nature = { kind: "bool", type: "bool" };
export const integerNature: Nature = { kind: "integer", type: "int" };
export const floatNature: Nature = { kind: "float", type: "float64" };
export const stringNature: Nature = { kind: "string", type: "string" };
export const mapNature: Nature = { kind: "map", type: "map[string]interface {}" };
export const listNature: Nature = { kind: "list", type: "[]interface {}" };
export const timeNature: Nature = { kind: "object", type: "time.Time" };
export const durationNature: Nature = { kind: "object", type: "time.Duration" };

const integerTypes: ReadonlySet<string> = new Set(
  "int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr".split(" "),
);

/** The nature of a Go type by its name. */
export function natureOfType(type: string): Nature {
  if (type === "interface {}" || type === "any") return anyNature;
  if (type === "bool") return boolNature;
  if (type === "string") return stringNature;
  if (integerTypes.has(type)) return { kind: "integer", type };
  if (type === "float64" || type === "float32") return { kind: "float", type };
  if (type.startsWith("[]")) return { kind: "list", type: type === "[]any" ? "[]interface {}" : type };
  if (type.startsWith("map[")) return { kind: "map", type };
  return { kind: type.startsWith("func") ? "function" : "object", type };
}

/** The nature of a variable by its value. */
export function natureOfValue(value: GoValue): Nature {
  if (value === null) return nilNature;
  if (!(value instanceof FunctionValue)) return natureOfType(goTypeName(value));
  const { parameters, variadic, resultType } = value.callee;
  return {
    kind: "function",
    type: value.goType,
    signature: {
      parameters: parameters.map((parameter) => natureOfType(parameter)),
      isVariadic: variadic,
      result: resultType === undefined ? unknownNature : natureOfType(resultType),
    },
  };
}

export function listOf(element: Nature): Nature {
  return { ...listNature, element };
}

export function isUnknown({ kind }: Nature): boolean {
  return kind === "unknown" || kind === "any";
}

export function isNumber({ kind }: Nature): boolean {
  return kind === "integer" || kind === "float";
}

export function isTime({ type }: Nature): boolean {
  return type === timeNature.type;
}

export function isDuration({ type }: Nature): boolean {
  return type === durationNature.type;
}

export function describe({ type }: Nature): string {
  return type ?? "unknown";
}

/** The nature of what a list or map holds. */
export function elementOf(nature: Nature): Nature {
  if (nature.element !== undefined) return nature.element;
  const { type = "" } = nature;
  const element = /^(?:\[\]|map\[[^\]]*\])(.*)$/.exec(type)?.[1];
  return element === undefined ? unknownNature : natureOfType(element);
}

/** Go's rule, without conversions. */
export function isAssignable(from: Nature, to: Nature): boolean {
  if (from.kind === "nil" && ["any", "function", "map", "list"].includes(to.kind)) return true;
  if (from.type === undefined || to.type === undefined) return false;
  return to.kind === "any" || from.type === to.type;
}

export function isComparable(left: Nature, right: Nature): boolean {
  return (
    [left, right].some((nature) => isUnknown(nature) || nature.kind === "nil") ||
    [isNumber, isDuration, isTime, isList].some((check) => check(left) && check(right)) ||
    isAssignable(left, right)
  );
}

export function isList({ kind }: Nature): boolean {
  return kind === "list";
}

/** Whether an operator may get its operands at run time: one or both are unknown, and none is wrong. */
export function mayFit(left: Nature, right: Nature, checks: readonly ((nature: Nature) => boolean)[]): boolean {
  const fits = (nature: Nature): boolean => isUnknown(nature) || checks.some((check) => check(nature));
  return (isUnknown(left) || isUnknown(right)) && fits(left) && fits(right);
}

/** The sort of a type as Go's reflection names it; a list of values of one sort is a list of that nature. */
export function sortOf({ kind, type }: Nature): string {
  if (kind === "unknown" || kind === "nil") return "invalid";
  if (kind === "integer" || kind === "float") return type ?? kind;
  if (type === durationNature.type) return "int64";
  return kind;
}
