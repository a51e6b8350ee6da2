// Differences between two values, as a list of lines: paths with what only one side has.

export interface Differing {
  readonly path: string;
  readonly text: string;
}

/** Lists are compared as sets, because the order of children varies in Argo itself. */
export function differences(expected: unknown, got: unknown, path = ""): readonly Differing[] {
  if (Array.isArray(expected) && Array.isArray(got)) return compareSets(expected, got, path);
  if (isRecord(expected) && isRecord(got)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort();
    return keys.flatMap((key) => differences(expected[key], got[key], join(path, key)));
  }
  if (Object.is(expected, got)) return [];
  if (got === undefined) return [{ path, text: `only expected: ${show(expected)}` }];
  if (expected === undefined) return [{ path, text: `not expected: ${show(got)}` }];
  return [{ path, text: `expected ${show(expected)}, got ${show(got)}` }];
}

function compareSets(expected: readonly unknown[], got: readonly unknown[], path: string): readonly Differing[] {
  const rest = got.map(show);
  const missing = expected.map(show).filter((item) => {
    const at = rest.indexOf(item);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  const parts = [
    ...(missing.length === 0 ? [] : [`only expected: ${missing.join(", ")}`]),
    ...(rest.length === 0 ? [] : [`not expected: ${rest.join(", ")}`]),
  ];
  return parts.length === 0 ? [] : [{ path, text: parts.join("; ") }];
}

function join(path: string, key: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(key)) return path === "" ? key : `${path}.${key}`;
  return `${path}[${JSON.stringify(key)}]`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
