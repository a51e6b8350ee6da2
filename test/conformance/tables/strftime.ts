import { formatStrftime } from "../../../src/languages/strftime.ts";

export function evaluate(input: unknown): unknown {
  const { format, time } = input as { readonly format: string; readonly time: string };
  return formatStrftime(format, time);
}
