// Go functions with the parameter types that reflection checks before a call, for templates and expressions.
import { GoTime } from "./go-time.ts";
import { isGoList, isGoMap, type GoValue } from "./go-value.ts";
import { LanguageError } from "./language-error.ts";

export type GoParameter = "any" | "string" | "int" | "float64" | "bool" | "map" | "list" | "time";

export interface GoFunction {
  readonly name: string;
  /** The last one repeats when `variadic`. */
  readonly parameters: readonly GoParameter[];
  readonly variadic: boolean;
  /** The Go type of the result where it is not that of the value: `int64`, `[]string`. */
  readonly resultType?: string;
  /** Takes arguments that fit the parameters; nil only where the parameter is any, map or list. */
  call(args: readonly GoValue[]): GoValue;
}

const GO_TYPES: Readonly<Record<GoParameter, string>> = {
  any: "interface {}",
  string: "string",
  int: "int",
  float64: "float64",
  bool: "bool",
  map: "map[string]interface {}",
  list: "[]interface {}",
  time: "time.Time",
};

/** The Go name of the parameter's type. */
export function goTypeOfParameter(parameter: GoParameter): string {
  return GO_TYPES[parameter];
}

/** The parameter that the argument at `position` is for. */
export function parameterAt(callee: GoFunction, position: number): GoParameter {
  const [parameter = "any"] = callee.parameters.slice(0, position + 1).slice(-1);
  return parameter;
}

export function fitsParameter(value: GoValue, parameter: GoParameter): boolean {
  switch (parameter) {
    case "string":
      return typeof value === "string";
    case "int":
      return typeof value === "bigint";
    case "float64":
      return typeof value === "number";
    case "bool":
      return typeof value === "boolean";
    case "map":
      return value === null || isGoMap(value);
    case "list":
      return value === null || isGoList(value);
    case "time":
      return value instanceof GoTime;
    case "any":
    default:
      return true;
  }
}

/** LanguageError when the function does not take this many arguments. */
export function checkArgumentCount(callee: GoFunction, count: number): void {
  const wanted = callee.parameters.length;
  if (callee.variadic ? count >= wanted - 1 : count === wanted) return;
  const atLeast = callee.variadic ? `at least ${wanted - 1}` : String(wanted);
  throw new LanguageError(`wrong number of args for ${callee.name}: want ${atLeast} got ${count}`);
}

/** What nil becomes where a parameter cannot be nil. */
export function zeroValue(parameter: GoParameter): GoValue {
  switch (parameter) {
    case "string":
      return "";
    case "int":
      return 0n;
    case "float64":
      return 0;
    case "bool":
      return false;
    case "time":
      return GoTime.zero();
    case "any":
    case "map":
    case "list":
    default:
      return null;
  }
}
