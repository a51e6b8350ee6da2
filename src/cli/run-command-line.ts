// From the words of a command line to an exit code: parsing and help by commander, everything else by the definitions.
// The only file that knows commander.
import { Command, CommanderError, Option } from "commander";
import { ALL_COMMANDS } from "./all-commands.ts";
import { type CliError, formatError, toCliError, usageError } from "./cli-error.ts";
import type {
  ArgumentDefinition,
  CliDependencies,
  CommandDefinition,
  OptionDefinition,
  OptionValues,
} from "./command.ts";
import { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitCode } from "./exit-code.ts";

/** Runs one command; never throws. `words` are the arguments after the program's name. */
export async function runCommandLine(words: readonly string[], dependencies: CliDependencies): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.ok;
  const program = buildProgram(dependencies, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words.length === 0 ? ["--help"] : [...words], { from: "user" });
    return exitCode;
  } catch (error) {
    const failure = error instanceof CommanderError ? ofCommander(error, words) : toCliError(error);
    if (failure === undefined) return EXIT_CODES.ok;
    dependencies.err.write(formatError(failure, dependencies.environment["RUNYARD_DEBUG"] === "1"));
    return failure.exitCode;
  }
}

function buildProgram(dependencies: CliDependencies, onEnd: (code: ExitCode) => void): Command {
  const program = configured(new Command("runyard"), dependencies)
    .description("Turns GitHub events into reviewed, tested and deployed pull requests.")
    .usage("COMMAND [options]")
    .version(dependencies.about.version, "-V, --version", "print the version of this program")
    .helpCommand("help [COMMAND]", "show the help of a command")
    .addHelpText("after", `\nExit codes:\n${exitCodeLines()}\n\nEvery command explains itself: runyard COMMAND --help`);
  for (const definition of ALL_COMMANDS) program.addCommand(buildCommand(definition, dependencies, onEnd));
  return program;
}

function buildCommand(
  definition: CommandDefinition,
  dependencies: CliDependencies,
  onEnd: (code: ExitCode) => void,
): Command {
  const command = configured(new Command(definition.name), dependencies)
    .summary(definition.summary)
    .description(definition.description)
    .addHelpText("after", `\n${exampleLines(definition)}`);
  for (const argument of definition.arguments) command.argument(argumentSyntax(argument), argument.description);
  for (const option of definition.options) command.addOption(buildOption(option));
  return command.action(async () => {
    onEnd(await definition.run({ arguments: command.args, options: command.opts<OptionValues>() }, dependencies));
  });
}

function configured(command: Command, { out, err }: CliDependencies): Command {
  return command
    .exitOverride()
    .helpOption("-h, --help", "show this help")
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      // Told by us, in three lines.
      outputError: () => undefined,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function argumentSyntax({ name, required, variadic }: ArgumentDefinition): string {
  const text = variadic === true ? `${name}...` : name;
  return required === true ? `<${text}>` : `[${text}]`;
}

function buildOption({ flags, description, choices, repeatable }: OptionDefinition): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  // `-f a -f b`, not `-f a b`: the words after an option's value are arguments.
  if (repeatable === true) {
    option.argParser((value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value]);
  }
  return option;
}

function exampleLines({ examples }: CommandDefinition): string {
  return ["Examples:", ...examples.map(({ command, explanation }) => `  ${command}\n      ${explanation}`)].join("\n");
}

function exitCodeLines(): string {
  return Object.entries(EXIT_CODE_MEANINGS)
    .map(([code, meaning]) => `  ${code}  ${meaning}`)
    .join("\n");
}

/** Undefined for the ends that are no failure: help and version. */
function ofCommander(error: CommanderError, words: readonly string[]): CliError | undefined {
  if (error.exitCode === 0) return undefined;
  const [message = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const name = words.find((word) => ALL_COMMANDS.some((command) => command.name === word));
  const help = name === undefined ? "runyard --help" : `runyard ${name} --help`;
  const didYouMean = suggestion === undefined ? "" : `${suggestion.replace(/^\(|\)$/g, "")} `;
  // `runyard help nonsense` shows the help on standard error, and says no more.
  const happened = message === "(outputHelp)" ? "there is no such command" : message;
  return usageError(happened, `${didYouMean}See \`${help}\``.replace(/^See/, "see"));
}
