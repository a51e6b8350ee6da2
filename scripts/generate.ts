// Writes what is made from the code: custom resource definitions, the schema of values.yaml, reference pages.
// `npm run generate` writes; `npm run generate -- --check` only says what would change, and fails then.
import { readFileSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { z } from "zod";
import { ALL_COMMANDS } from "../src/cli/all-commands.ts";
import { buildReference } from "../src/cli/build-reference.ts";
import { REPOSITORY_FILE_SCHEMA } from "../src/configuration/repository-file.ts";
import { VALUES_SCHEMA } from "../src/configuration/values-schema.ts";
import { CODE_RUN } from "../src/resources/code-run.ts";
import { customResourceDefinition } from "../src/resources/custom-resource-definition.ts";
import { DOCS_RUN } from "../src/resources/docs-run.ts";
import type { Kind } from "../src/resources/kind.ts";
import { buildConfigurationReference } from "./limit-reference.ts";
import { buildWorkflowSupportReference } from "./workflow-support-reference.ts";

const root = new URL("../", import.meta.url);

/** Every generated file: path in the repository → text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["charts/runyard/crds/coderuns.yaml", definition(CODE_RUN)],
    ["charts/runyard/crds/docsruns.yaml", definition(DOCS_RUN)],
    ["charts/runyard/values.schema.json", schemaOf(VALUES_SCHEMA)],
    ["docs/reference/runyard-yaml.schema.json", schemaOf(REPOSITORY_FILE_SCHEMA)],
    ["docs/reference/command-line.md", buildReference(ALL_COMMANDS)],
    ["docs/reference/workflow-support.md", buildWorkflowSupportReference()],
  ]);
}

function definition(kind: Kind): string {
  const text = stringify(customResourceDefinition(kind, kind.schema ?? {}), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  return `# Generated from src/resources by \`npm run generate\`; do not edit.\n${text}`;
}

function schemaOf(shape: z.ZodType): string {
  // draft-7 is what helm reads; "input" leaves fields with a default optional.
  const schema = z.toJSONSchema(shape, { target: "draft-7", io: "input" });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.main) {
  const check = process.argv.includes("--check");
  const pages = new Map([["docs/reference/configuration.md", buildConfigurationReference()]]);
  for (const [path, text] of [...generatedFiles(), ...pages]) {
    const url = new URL(path, root);
    if (!check) writeFileSync(url, text);
    else if (readFileSync(url, "utf8") !== text) {
      console.error(`${path} is not what the code generates; run npm run generate`);
      process.exitCode = 1;
    }
  }
}
