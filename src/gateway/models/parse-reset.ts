// The durations of OpenAI's rate limit headers: `1s`, `6m0s`, `20ms`, `1h2m3.5s`.

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 0.001 };

/** Seconds, or undefined when the text is no such duration. */
export function parseDurationSeconds(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[dhms]))+$/u.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/gu)].reduce(
    (total, [, number, unit]) => total + Number(number) * (UNITS[unit ?? ""] ?? 0),
    0,
  );
}
