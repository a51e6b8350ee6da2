// Completion scripts for shells, made from the definitions of the commands. Names of objects are asked of the server.
import { KINDS } from "../resources/kinds.ts";
import type { CommandDefinition, Completes, OptionDefinition } from "./command.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function buildCompletion(shell: Shell, commands: readonly CommandDefinition[]): string {
  switch (shell) {
    case "bash":
      return `${bashFunction(commands)}complete -F _runyard runyard\n`;
    case "zsh":
      // zsh runs completions of bash by its own means; the function is the same.
      return `#compdef runyard\nautoload -U +X bashcompinit && bashcompinit\n${bashFunction(commands)}complete -F _runyard runyard\n`;
    case "fish":
      return fishLines(commands).join("\n") + "\n";
  }
}

/** `-o, --output <format>` → `-o` and `--output`. */
export function flagsOf({ flags }: OptionDefinition): readonly string[] {
  return flags.split(/,\s*/).map((flag) => flag.replace(/ .*$/, ""));
}

function takesValue({ flags }: OptionDefinition): boolean {
  return flags.includes("<");
}

function valuesOf(option: OptionDefinition): Completes | undefined {
  return option.choices ?? option.completes;
}

function bashFunction(commands: readonly CommandDefinition[]): string {
  return `_runyard() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} help" -- "$current"))
    return
  fi
  case "$command $previous" in
${commands.flatMap(bashValues).join("\n")}
  esac
  case "$command" in
${commands.map(bashCommand).join("\n")}
  esac
}
`;
}

function bashValues({ name, options }: CommandDefinition): readonly string[] {
  return options.filter(takesValue).map((option) => {
    const patterns = flagsOf(option).map((flag) => `"${name} ${flag}"`);
    return `    ${patterns.join("|")}) ${bashOffer(valuesOf(option))}; return ;;`;
  });
}

function bashCommand({ name, options, arguments: positional }: CommandDefinition): string {
  const flags = [...options.flatMap(flagsOf), "--help"].join(" ");
  const [first, second = first] = positional;
  return `    ${name})
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "${flags}" -- "$current"))
      elif [ "$COMP_CWORD" -eq 2 ]; then ${bashOffer(first?.completes)}
      else ${bashOffer(second?.completes)}
      fi ;;`;
}

function bashOffer(completes: Completes | undefined): string {
  if (completes === undefined) return ":";
  if (completes === "files") return `COMPREPLY=($(compgen -f -- "$current"))`;
  return `COMPREPLY=($(compgen -W "${wordsOf(completes, '"${COMP_WORDS[2]}"')}" -- "$current"))`;
}

/** Words, or a command that prints them. */
function wordsOf(completes: Exclude<Completes, "files">, kindWord: string): string {
  if (completes === "kinds") return KINDS.map(({ plural }) => plural).join(" ");
  if (completes === "names") return `$(${namesOfKind(kindWord)})`;
  if (completes === "workflows") return `$(${namesOfKind("workflows")})`;
  return completes.join(" ");
}

function namesOfKind(kindWord: string): string {
  return `runyard get ${kindWord} -o name 2>/dev/null | sed 's,.*/,,'`;
}

function fishLines(commands: readonly CommandDefinition[]): readonly string[] {
  return ["complete -c runyard -f", ...commands.flatMap(fishCommand)];
}

function fishCommand({ name, summary, options, arguments: positional }: CommandDefinition): readonly string[] {
  const inside = `-n "__fish_seen_subcommand_from ${name}"`;
  const offered = [...new Set(positional.map(({ completes }) => completes))].filter((each) => each !== undefined);
  return [
    `complete -c runyard -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...offered.map((each) => `complete -c runyard ${inside} ${fishOffer(each)}`),
    ...options.map((option) => {
      const flags = flagsOf(option).map((flag) =>
        flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const values = valuesOf(option);
      const value = takesValue(option) ? ` -r${values === undefined ? "" : ` ${fishOffer(values)}`}` : "";
      return `complete -c runyard ${inside} ${flags.join(" ")}${value} -d ${quoted(option.description)}`;
    }),
  ];
}

function fishOffer(completes: Completes): string {
  if (completes === "files") return "-F";
  const kindWord = "(commandline -opc)[3]";
  const words = wordsOf(completes, kindWord);
  return `-a ${words.startsWith("$(") ? quoted(words.slice(1)) : quoted(words)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
