import { readPath } from "../../../src/languages/gjson/gjson.ts";

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { json, doc, path } = input as { readonly json?: string; readonly doc?: string; readonly path: string };
  const { exists, type, raw, text, number, boolean } = readPath(json ?? documents?.[doc ?? ""] ?? "", path);
  return { exists, type, raw, string: text, float: number, bool: boolean };
}
