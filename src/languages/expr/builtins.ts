// The builtin functions of expr-lang that take plain arguments.
import { LanguageError } from "../language-error.ts";
import type { GoValue } from "../go-value.ts";
import { collectionBuiltins } from "./collection-builtins.ts";
import { type Builtin, type BuiltinContext } from "./builtin.ts";
import { numberBuiltins } from "./number-builtins.ts";
import { textBuiltins } from "./text-builtins.ts";
import { timeBuiltins } from "./time-builtins.ts";

const builtins: ReadonlyMap<string, Builtin> = new Map([
  ...collectionBuiltins,
  ...numberBuiltins,
  ...textBuiltins,
  ...timeBuiltins,
]);

/** LanguageError for arguments that the function does not take. */
export function callBuiltin(name: string, args: readonly GoValue[], context: BuiltinContext): GoValue {
  const builtin = builtins.get(name);
  if (builtin === undefined) throw new LanguageError(`unknown builtin ${name}`);
  return builtin(args, context);
}
