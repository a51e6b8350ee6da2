import type { GoValue } from "../../../src/languages/go-value.ts";
import { renderJsonPath } from "../../../src/languages/kubectl-jsonpath.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { doc, path } = input as { readonly doc: string; readonly path: string };
  return renderJsonPath(path, readDocument(documents?.[doc] ?? ""));
}

/** As client-go reads an object: whole numbers are 64-bit integers, so nothing is lost above 2^53. */
function readDocument(text: string): GoValue {
  try {
    return JSON.parse(text, readNumber) as GoValue;
  } catch (cause) {
    throw new LanguageError(cause instanceof Error ? cause.message : "invalid JSON", { cause });
  }
}

function readNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? "";
  if (typeof value !== "number" || !/^-?\d+$/.test(source)) return value;
  const integer = BigInt(source);
  return BigInt.asIntN(64, integer) === integer ? integer : value;
}
