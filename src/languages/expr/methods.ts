// The methods that values in expressions have, with the Go types of their results.
import type { GoFunction, GoParameter } from "../go-function.ts";
import { GoObject, type GoValue } from "../go-value.ts";
import { type Nature, natureOfType, type Signature } from "./natures.ts";
import { FunctionValue } from "./typed-values.ts";

interface Method {
  readonly parameters: readonly string[];
  readonly result: string;
}

const methods: ReadonlyMap<string, ReadonlyMap<string, Method>> = new Map([
  [
    "time.Time",
    readMethods(
      `Year -> int; Month -> time.Month; Day -> int; Weekday -> time.Weekday; YearDay -> int; Hour -> int;
      Minute -> int; Second -> int; Nanosecond -> int; Unix -> int64; UnixMilli -> int64; UnixMicro -> int64;
      UnixNano -> int64; UTC -> time.Time; Local -> time.Time; IsZero -> bool; String -> string;
      Format string -> string; Add time.Duration -> time.Time; Sub time.Time -> time.Duration;
      Before time.Time -> bool; After time.Time -> bool; Equal time.Time -> bool; Compare time.Time -> int;
      AddDate int int int -> time.Time; Truncate time.Duration -> time.Time`,
    ),
  ],
  [
    "time.Duration",
    readMethods(
      `Nanoseconds -> int64; Microseconds -> int64; Milliseconds -> int64; Seconds -> float64; Minutes -> float64;
      Hours -> float64; String -> string`,
    ),
  ],
  ["time.Month", readMethods("String -> string")],
  ["time.Weekday", readMethods("String -> string")],
  ["*time.Location", readMethods("String -> string")],
  ["*semver.Version", readMethods("Major -> uint64; Minor -> uint64; Patch -> uint64")],
]);

/** The nature of a method of a type; none when the type has no such method. */
export function natureOfMethod({ type = "" }: Nature, name: string): Nature | undefined {
  const method = methods.get(type)?.get(name);
  if (method === undefined) return undefined;
  const signature: Signature = {
    parameters: method.parameters.map(natureOfType),
    isVariadic: false,
    result: natureOfType(method.result),
  };
  return { kind: "function", type: `func of ${type}.${name}`, signature };
}

/** The method of a value, as a function; none when it has no such method. */
export function methodOf(value: GoValue, name: string): FunctionValue | undefined {
  const body = value instanceof GoObject ? value.method(name) : undefined;
  if (!(value instanceof GoObject) || body === undefined) return undefined;
  const known = methods.get(value.goType)?.get(name);
  const callee: GoFunction = {
    name,
    parameters: known?.parameters.map(toParameter) ?? ["any"],
    variadic: known === undefined,
    call: (args) => body.call(value, ...args),
    ...(known === undefined ? {} : { resultType: known.result }),
  };
  return new FunctionValue(callee, { takesGoTypes: true });
}

function readMethods(text: string): ReadonlyMap<string, Method> {
  return new Map(
    text.split(";").map((line) => {
      const [head = "", result = ""] = line.split("->").map((part) => part.trim());
      const [name = "", ...parameters] = head.split(" ");
      return [name, { parameters, result }];
    }),
  );
}

function toParameter(type: string): GoParameter {
  if (type === "string" || type === "int") return type;
  return type === "time.Time" ? "time" : "any";
}
