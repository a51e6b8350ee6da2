import {
  formatGoDuration,
  humanizeDuration,
  parseArgoDuration,
  parseArgoDurationNanoseconds,
  parseGoDuration,
  parseGoDurationNanoseconds,
} from "../../../src/languages/duration.ts";

export function evaluate(input: unknown): unknown {
  const { parser, text } = input as { readonly parser: "argo" | "go"; readonly text: string };
  const isArgo = parser === "argo";
  const nanoseconds = (isArgo ? parseArgoDurationNanoseconds : parseGoDurationNanoseconds)(text);
  const milliseconds = (isArgo ? parseArgoDuration : parseGoDuration)(text);
  return {
    go: formatGoDuration(nanoseconds),
    human: humanizeDuration(milliseconds),
    seconds: Number(nanoseconds) / 1e9,
  };
}
