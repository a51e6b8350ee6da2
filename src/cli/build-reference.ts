// docs/reference/command-line.md, made from the definitions of the commands: it cannot say anything else than they do.
import type { ArgumentDefinition, CommandDefinition } from "./command.ts";
import { EXIT_CODE_MEANINGS } from "./exit-code.ts";

export function buildReference(commands: readonly CommandDefinition[]): string {
  return `${[...introduction(commands), ...commands.flatMap(describeCommand)].join("\n")}\n`;
}

/** `runyard get [options] KIND [NAME...]` */
export function usageOf({ name, options, arguments: positional }: CommandDefinition): string {
  return ["runyard", name, ...(options.length > 0 ? ["[options]"] : []), ...positional.map(argumentText)].join(" ");
}

function argumentText({ name, required, variadic }: ArgumentDefinition): string {
  const text = variadic === true ? `${name}...` : name;
  return required === true ? text : `[${text}]`;
}

function introduction(commands: readonly CommandDefinition[]): readonly string[] {
  return [
    "<!-- Generated from src/cli by `npm run generate`; do not edit. -->",
    "",
    "# The command line",
    "",
    "Every command but `up` speaks the Kubernetes API and nothing else, so each works the same against the engine on one",
    "machine and against a cluster. The server is found by `--kubeconfig`, else by `KUBECONFIG` (its first file), else by",
    "the file `kubeconfig` in the data directory of the engine: `--data-dir`, else `RUNYARD_DATA_DIR`, else `runyard` below",
    "`XDG_DATA_HOME` (`~/.local/share`). With `--data-dir`, `KUBECONFIG` is left aside.",
    "",
    "| command | what it does |",
    "|---|---|",
    ...commands.map(({ name, summary }) => `| [\`${name}\`](#runyard-${name}) | ${summary} |`),
    "",
    "## Exit codes",
    "",
    "| code | meaning |",
    "|---|---|",
    ...Object.entries(EXIT_CODE_MEANINGS).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    "",
    "A failure is told on standard error in three lines: what happened, what it means, what to do.",
    "",
    "## Environment",
    "",
    "| variable | meaning |",
    "|---|---|",
    "| `KUBECONFIG` | kubeconfig of the server |",
    "| `RUNYARD_DATA_DIR` | data directory of the engine on this machine |",
    "| `RUNYARD_DEBUG` | `1`: print where a failure comes from |",
    "| `NO_COLOR` | not empty: no colours; there are none either when the output is no terminal |",
  ];
}

function describeCommand(command: CommandDefinition): readonly string[] {
  const { name, description, options, arguments: positional, examples } = command;
  return [
    "",
    `## runyard ${name}`,
    "",
    description,
    "",
    "```",
    usageOf(command),
    "```",
    "",
    ...table(
      "argument",
      positional.map((argument): readonly [string, string] => [argument.name, argument.description]),
    ),
    ...table(
      "option",
      options.map(({ flags, description, choices, repeatable }) => [
        flags,
        [
          description,
          ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
          ...(repeatable === true ? ["may be given several times"] : []),
        ].join("; "),
      ]),
    ),
    "```sh",
    ...examples.map(({ command: line, explanation }) => `${line}  # ${explanation}`),
    "```",
  ];
}

function table(title: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(([name, text]) => `| \`${name}\` | ${text.replaceAll("|", "\\|")} |`);
  return [`| ${title} | meaning |`, "|---|---|", ...lines, ""];
}
