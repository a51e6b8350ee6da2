// docs/reference/workflow-support.md, from the tables that the parsers obey.
import type { Field } from "../src/argo/workflow/field.ts";
import { SUPPORTED_FIELDS } from "../src/argo/workflow/supported-fields.ts";

const INTRO = `# Workflow fields on one machine

Generated from \`src/argo/workflow/supported-fields.ts\` by \`npm run generate\`; do not edit.

On a cluster Argo decides. On one machine each field of a Workflow or WorkflowTemplate is interpreted, accepted without
effect because it only concerns pods on a cluster, or refused when the manifest is loaded, with its path. A field that
is not in this list is refused as unknown. EventSources and Sensors are held to their tables in the same way.
`;

/** The page: one section per object, fields in the order of the table. */
export function buildWorkflowSupportReference(): string {
  const objects = Object.entries(SUPPORTED_FIELDS as Readonly<Record<string, Readonly<Record<string, Field>>>>);
  return [INTRO, ...objects.map(([name, fields]) => section(name, fields))].join("\n");
}

function section(name: string, fields: Readonly<Record<string, Field>>): string {
  const rows = Object.entries(fields).map(([field, row]) => `| \`${field}\` | ${describe(row)} |`);
  return [`## ${name}`, "", "| field | here |", "|---|---|", ...rows, ""].join("\n");
}

function describe(row: Field): string {
  if (row.support === "supported") {
    return row.withoutEffect === undefined ? "interpreted" : `checked, no effect: ${row.withoutEffect}`;
  }
  return row.support === "noEffect" ? `no effect: ${row.reason}` : `refused: ${row.reason}`;
}
