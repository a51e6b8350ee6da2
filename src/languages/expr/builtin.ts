// What a builtin function is, and how it reads its arguments.
import { goTypeName } from "../go-format.ts";
import type { GoValue, LanguageSources } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { integerOf, itemsOf } from "./typed-values.ts";

export interface BuiltinContext {
  readonly sources: LanguageSources;
  /** Counts what a function makes; LanguageError when an evaluation makes too much. */
  readonly grow: (size: number) => void;
}

export type Builtin = (args: readonly GoValue[], context: BuiltinContext) => GoValue;

/** The argument at `at` as a string, as Go's type assertion reads it. */
export function stringAt(args: readonly GoValue[], at: number): string {
  const value = args[at] ?? null;
  if (typeof value !== "string") {
    throw new LanguageError(`interface conversion: interface {} is ${goTypeName(value)}, not string`);
  }
  return value;
}

export function listAt(args: readonly GoValue[], name: string): readonly GoValue[] {
  const [list = null] = args;
  const items = itemsOf(list);
  if (items === undefined) throw new LanguageError(`cannot ${name} ${goTypeName(list)}`);
  return items;
}

export function integerAt(args: readonly GoValue[], at: number, name: string): bigint {
  const [value = null] = args.slice(at);
  const integer = integerOf(value);
  if (integer === undefined) {
    throw new LanguageError(`cannot use ${goTypeName(value)} as argument (type int) to call ${name}`);
  }
  return integer;
}
