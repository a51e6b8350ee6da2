// The variables and functions of Argo's expressions.
import { readJson, writeJson } from "../go-json.ts";
import type { GoFunction } from "../go-function.ts";
import { sortedKeys } from "../go-json.ts";
import type { GoMap, GoValue, LanguageSources } from "../go-value.ts";
import { sprigLibrary } from "../sprig/sprig.ts";
import { stringAt } from "./builtin.ts";
import { queryJsonPath } from "../json-path/json-path.ts";
import { toFloat, toInteger } from "./number-builtins.ts";
import { FunctionValue, withoutGoTypes } from "./typed-values.ts";

/** Flat dotted names as nested maps, with Argo's functions: asInt, asFloat, toJson, jsonpath and sprig. */
export function argoEnvironment(flat: Readonly<Record<string, GoValue>>, sources: LanguageSources): GoMap {
  return { ...expandNames(flat), ...argoFunctions(sources) };
}

/** Made once for each source: there are more than a hundred, and every tag of a template needs them. */
const functionsOf = new WeakMap<LanguageSources, GoMap>();

/** The functions alone. */
export function argoFunctions(sources: LanguageSources): GoMap {
  const known = functionsOf.get(sources);
  if (known !== undefined) return known;
  const functions = makeFunctions(sources);
  functionsOf.set(sources, functions);
  return functions;
}

function makeFunctions(sources: LanguageSources): GoMap {
  const sprig = Array.from(sprigLibrary(sources).values(), (callee): [string, GoValue] => [
    callee.name,
    new FunctionValue(callee, { goType: `func ${callee.name}` }),
  ]);
  return {
    asInt: argoFunction({ name: "asInt", parameters: ["any"], call: ([value = null]) => toInteger(value) }),
    asFloat: argoFunction({ name: "asFloat", parameters: ["any"], call: ([value = null]) => toFloat(value) }),
    toJson: argoFunction({
      name: "toJson",
      parameters: ["any"],
      resultType: "string",
      call: ([value = null]) => writeJson(value),
    }),
    jsonpath: argoFunction({
      name: "jsonpath",
      parameters: ["string", "string"],
      call: (args) => queryJsonPath(stringAt(args, 1), readJson(stringAt(args, 0))),
    }),
    sprig: Object.fromEntries(sprig),
  };
}

function argoFunction(callee: Omit<GoFunction, "variadic">): FunctionValue {
  return new FunctionValue(
    { ...callee, variadic: false },
    { goType: "func(interface {}) interface {}", takesGoTypes: true },
  );
}

/** `{"a.b": 1}` as `{a: {b: 1}}`. A name that is also the start of a longer one is left out. */
export function expandNames(flat: Readonly<Record<string, GoValue>>): GoMap {
  const names = sortedKeys(flat);
  const kept = names.filter((name, at) => names[at + 1]?.startsWith(`${name}.`) !== true);
  const result: Record<string, GoValue> = emptyMap();
  for (const name of kept) setNested(result, name.split("."), withoutGoTypes(flat[name] ?? null));
  return result;
}

function setNested(target: Record<string, GoValue>, path: readonly string[], value: GoValue): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    target[first] ??= value;
    return;
  }
  const inner = target[first];
  const next = typeof inner === "object" && inner !== null ? (inner as Record<string, GoValue>) : emptyMap();
  target[first] = next;
  setNested(next, rest, value);
}

function emptyMap(): Record<string, GoValue> {
  return Object.create(null) as Record<string, GoValue>;
}
