// How the functions of sprig are declared: name, parameter types, result type, body.
import type { GoFunction, GoParameter } from "../go-function.ts";
import type { GoValue } from "../go-value.ts";

type Body = (args: readonly GoValue[]) => GoValue;

/**
 * `declare("trunc int string", …)`: the name and its parameters; a last parameter such as `...any` repeats;
 * `-> int64` names a result type that the value does not show.
 */
export function declare(signature: string, body: Body): GoFunction {
  const [head = "", resultType] = signature.split(" -> ");
  const [name = "", ...types] = head.split(" ");
  const variadic = types.at(-1)?.startsWith("...") ?? false;
  const parameters = types.map((type) => type.replace("...", "") as GoParameter);
  return { name, parameters, variadic, call: body, ...(resultType === undefined ? {} : { resultType }) };
}

/** The same function under more names. */
export function alias(callee: GoFunction, ...names: readonly string[]): readonly GoFunction[] {
  return [callee, ...names.map((name) => Object.assign({}, callee, { name }))];
}
