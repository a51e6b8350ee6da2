import { readJson } from "../../../src/languages/go-json.ts";
import { renderGoTemplate } from "../../../src/languages/gotemplate/gotemplate.ts";

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { doc, template } = input as { readonly doc: string; readonly template: string };
  const data = { Input: readJson(documents?.[doc] ?? "null") };
  return renderGoTemplate(template, data, { now: () => 0, random: () => 0 });
}
