// Checks the arguments of a call against a signature.
import { LanguageError } from "../language-error.ts";
import { describe, isAssignable, isUnknown, type Nature, type Signature } from "./natures.ts";

/** The nature of the result. LanguageError for a wrong count or type of arguments. */
export function checkSignature(name: string, signature: Signature, args: readonly Nature[]): Nature {
  const { parameters, isVariadic, result } = signature;
  const least = isVariadic ? parameters.length - 1 : parameters.length;
  if (args.length < least) throw new LanguageError(`not enough arguments to call ${name}`);
  if (!isVariadic && args.length > parameters.length) throw new LanguageError(`too many arguments to call ${name}`);
  for (const [at, argument] of args.entries()) {
    const parameter = parameters[Math.min(at, parameters.length - 1)];
    if (parameter !== undefined && !fits(argument, parameter)) {
      const given = argument.kind === "nil" ? "nil" : describe(argument);
      throw new LanguageError(`cannot use ${given} as argument (type ${describe(parameter)}) to call ${name}`);
    }
  }
  return result;
}

function fits(argument: Nature, parameter: Nature): boolean {
  if (argument.kind === "integer" && (parameter.kind === "float" || parameter.kind === "integer")) return true;
  if (argument.kind === "nil") return parameter.kind === "any";
  return isAssignable(argument, parameter) || isUnknown(argument);
}
