// The reference pages of CodeRun and DocsRun say what the schemas say.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { DOCS_RUN } from "../../src/resources/docs-run.ts";
import type { Kind, StructuralSchema } from "../../src/resources/kind.ts";
import { RUN_STATUS_SCHEMA } from "../../src/resources/run-status-schema.ts";

interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Field {
  readonly path: string;
  readonly required: boolean;
  readonly default: unknown;
}

function fieldsOf(schema: Schema, prefix = ""): readonly Field[] {
  const fields: Field[] = [];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const path = prefix + name;
    fields.push({ path, required: schema.required?.includes(name) === true, default: field.default });
    fields.push(...fieldsOf(field, `${path}.`), ...fieldsOf(field.items ?? {}, `${path}[].`));
  }
  return fields;
}

function specOf(kind: Kind): Schema {
  const schema = kind.schema as Schema | undefined;
  return schema?.properties?.["spec"] ?? {};
}

function page(name: string): string {
  return readFileSync(new URL(`../../docs/reference/${name}.md`, import.meta.url), "utf8");
}

/** The rows of the tables below a heading, by each of the names in their first column. */
function rowsBelow(text: string, heading: string): ReadonlyMap<string, readonly string[]> {
  const section = text.split(`\n${heading}\n`)[1]?.split(/\n##+ /)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    rows.flatMap((row) => {
      const cells = row.split("|").map((cell) => cell.trim());
      return [...(cells[1] ?? "").matchAll(/`([^`]+)`/g)].map((match) => [match[1] ?? "", cells] as const);
    }),
  );
}

describe.each([
  ["code-run", CODE_RUN],
  ["docs-run", DOCS_RUN],
] as const)("docs/reference/%s.md", (name, kind) => {
  const spec = rowsBelow(page(name), "## Writing a spec");
  const fields = fieldsOf(specOf(kind));

  it("describes every field of the spec, and no other", () => {
    expect([...spec.keys()].sort()).toEqual(fields.map(({ path }) => path).sort());
  });

  it("says what is required and what the default is", () => {
    for (const field of fields) {
      const [, , type = "", shown = ""] = spec.get(field.path) ?? [];
      expect(type.includes("required"), field.path).toBe(field.required);
      if (field.default !== undefined) expect(shown, field.path).toBe(`\`${textOf(field.default)}\``);
    }
  });

  it("describes every field of the status, and no other", () => {
    const status = Object.keys((RUN_STATUS_SCHEMA as StructuralSchema & Schema).properties ?? {});

    expect([...rowsBelow(page(name), "## Status").keys()].sort()).toEqual(status.sort());
  });
});

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

it("the page of CodeRun describes every condition that a controller writes, with its reasons", () => {
  const folder = new URL("../../src/controllers/agent-run/", import.meta.url);
  const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
  const code = ["agent-run-controller", "decide-agent-run", "summarize-agent-run"]
    .map((it) => read(`${it}.ts`))
    .join("");
  const types = [...code.matchAll(/(?:type(?::| =)|fact\() ?"([A-Z][A-Za-z]+)"/g)].map((match) => match[1] ?? "");
  const reasons = [...code.matchAll(/reason: (?:[^"\n]*\? )?"([A-Z][A-Za-z]+)"(?: : "([A-Z][A-Za-z]+)")?/g)];
  const text = page("code-run");

  expect(new Set(types).size).toBe(8);
  expect([...rowsBelow(text, "### Conditions").keys()]).toEqual(expect.arrayContaining(types));
  const named = reasons.flatMap((match) => [match[1], match[2]]).filter((reason) => reason !== undefined);
  expect(named).toEqual(expect.arrayContaining(["JobRecorded", "Retrying", "InvalidSpec", "Superseded"]));
  for (const reason of named) expect(text, reason).toContain(`\`${reason}\``);
});
