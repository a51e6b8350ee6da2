// Makes docs/reference/configuration.md: what an operator can set, and every limit that is fixed in the code, by name.
import { globSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { VALUES_SCHEMA } from "../src/configuration/values-schema.ts";

type LimitName = keyof typeof VALUES_SCHEMA.shape.limits.shape;

/** A name that is missing here, or too many, fails the type check. */
const MEANINGS: Readonly<Record<LimitName, string>> = {
  runUsdMax: "US dollars that one run may spend on models. The worst case of a call is reserved before it goes out.",
  runTokensMax: "Tokens of one run, input and output together.",
  taskUsdMax: "US dollars of all runs of one pull request or issue. Afterwards a person is asked.",
  stageWallSeconds: "Time of all agent turns of a stage together.",
  stageIdleSeconds: "Longest silence of an agent before its turn is ended.",
  gateIterationsMax: "Turns that an agent gets to make its gates pass.",
  remediationAttemptsMax: "Attempts at comments, and at CI failures, per pull request; then a person is asked.",
  infrastructureRetriesMax: "Times that a run is started anew after its pod was lost.",
  repositoryConcurrency: "Runs at once per repository.",
  organisationConcurrency: "Runs at once per owner.",
  globalConcurrency: "Runs at once altogether.",
  patchBytesMax: "Size of the change that a run may publish.",
  memoryBytes: "Memory of one container.",
  processesMax: "Processes and threads of one container.",
};

const root = new URL("../", import.meta.url);
const NAME = /(_MAX|_MIN|_MS|_SECONDS|_BYTES|_LIMIT|_LENGTH|_COUNT|_SIZE)$|^MAX_|[a-z](Max|Min|Ms|Seconds)$|Interval/;
/** Units and origins of time, which bound nothing. */
const UNIT = /^(DAY|HOUR|MINUTE|ZERO)_/;
const CONSTANT = /^(?:export )?const (\w+)(?:: [\w<>]+)? =\s+([^;{]+);/gm;
const TABLE = /^export const (\w+_LIMITS): (\w+) = \{\n([\s\S]*?)^\};/gm;

export interface FixedLimit {
  /** Below src, without what simulators and demonstrations have. */
  readonly file: string;
  readonly name: string;
  readonly value: string;
}

/** Every constant of src that is named as a limit, in the order of files and names. */
export function fixedLimits(): readonly FixedLimit[] {
  const files = globSync("src/**/*.ts", { cwd: root.pathname })
    .filter((path) => !/simulator|\/demo/.test(path))
    .sort();
  return files.flatMap((path) => limitsOf(path, readFileSync(new URL(path, root), "utf8")));
}

function limitsOf(path: string, text: string): readonly FixedLimit[] {
  const file = path.replace(/^src\//, "");
  const constants = [...text.matchAll(CONSTANT)]
    .filter(([, name = "", value = ""]) => NAME.test(name) && /\d/.test(value) && !UNIT.test(name))
    .map(([, name = "", value = ""]) => ({ file, name, value: readable(value) }));
  const fields = [...text.matchAll(TABLE)].flatMap(([, table = "", , body = ""]) =>
    [...body.matchAll(/^ {2}(\w+): (.+?),$/gm)].map(([, name = "", value = ""]) => ({
      file,
      name: `${table}.${name}`,
      value: readable(value),
    })),
  );
  return [...constants, ...fields].sort((one, other) => one.name.localeCompare(other.name));
}

/** A product of numbers becomes its result; anything else stays as it is written. */
function readable(expression: string): string {
  const text = expression.replaceAll(/\s+/g, " ").trim();
  if (!/^[\d_]+( \* [\d_]+)*$/.test(text)) return text;
  const product = text.split(" * ").reduce((result, factor) => result * Number(factor.replaceAll("_", "")), 1);
  return product.toLocaleString("en-US");
}

export function buildConfigurationReference(): string {
  const values = parse(readFileSync(new URL("charts/runyard/values.yaml", root), "utf8")) as {
    readonly limits: Readonly<Record<LimitName, number>>;
  };
  const settable = (Object.keys(MEANINGS) as LimitName[]).map(
    (name) => `| \`limits.${name}\` | ${values.limits[name].toLocaleString("en-US")} | ${MEANINGS[name]} |`,
  );
  const fixed = fixedLimits();
  const folders = [...new Set(fixed.map(folderOf))];
  return [
    "# Configuration and limits",
    "",
    "Everything that an operator sets is in `charts/runyard/values.yaml`, which explains each field; `values.schema.json`",
    "refuses what it does not know. One machine: `runyard up --values FILE`, with only what differs; lists replace, maps merge.",
    "This page is made by `npm run generate`.",
    "",
    "## Limits that you set",
    "",
    "| name | default | what it bounds |",
    "|---|---|---|",
    ...settable,
    "",
    "## Limits that are fixed",
    "",
    "Each is defined once, in the file named. `Ms` is milliseconds, `Seconds` seconds, `Bytes` bytes; the rest are counts.",
    ...folders.flatMap((folder) => tableOf(folder, fixed)),
    "",
  ].join("\n");
}

function tableOf(folder: string, limits: readonly FixedLimit[]): readonly string[] {
  const rows = limits
    .filter((limit) => folderOf(limit) === folder)
    .map(({ file, name, value }) => `| \`${name}\` | ${cell(value)} | \`${file}\` |`);
  return ["", `### ${folder}`, "", "| name | value | defined in |", "|---|---|---|", ...rows];
}

function folderOf({ file }: FixedLimit): string {
  const [first = "", second = ""] = file.split("/");
  return first === "platform" || first === "controllers" ? `${first}/${second.replace(/\.ts$/, "")}` : first;
}

function cell(value: string): string {
  return /^[\d,]+$/.test(value) ? value : `\`${value.replaceAll("|", "\\|")}\``;
}
