import { writePath, writeRawPath } from "../../../src/languages/sjson/sjson.ts";

interface Input {
  readonly doc: string;
  readonly path: string;
  readonly value?: string;
  readonly raw?: string;
}

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { doc, path, value, raw } = input as Input;
  const json = documents?.[doc] ?? "";
  return raw === undefined ? writePath(json, path, value ?? "") : writeRawPath(json, path, raw);
}
