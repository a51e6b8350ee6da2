// `runyard completion`: the script with which a shell completes commands, kinds and names.
import { buildCompletion, SHELLS, type Shell } from "../build-completion.ts";
import { usageError } from "../cli-error.ts";
import type { CommandDefinition } from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";

/** `commands` is asked for when the command runs: the list holds this command too. */
export function completionCommand(commands: () => readonly CommandDefinition[]): CommandDefinition {
  return {
    name: "completion",
    summary: "Print a completion script for a shell",
    description: "Prints the script with which a shell completes commands, options, kinds and names of objects.",
    arguments: [{ name: "SHELL", description: SHELLS.join(", "), required: true, completes: SHELLS }],
    options: [],
    examples: [
      {
        command: "source <(runyard completion bash)",
        explanation: "for this shell; put it into ~/.bashrc for every one",
      },
      { command: 'runyard completion zsh > "${fpath[1]}/_runyard"', explanation: "for zsh" },
      { command: "runyard completion fish > ~/.config/fish/completions/runyard.fish", explanation: "for fish" },
    ],
    run: async (input, { out }) => {
      const [word = ""] = input.arguments;
      const shell = SHELLS.find((known): known is Shell => known === word);
      if (shell === undefined)
        throw usageError(`there is no completion for "${word}"`, `use one of ${SHELLS.join(", ")}`);
      out.write(buildCompletion(shell, commands()));
      return EXIT_CODES.ok;
    },
  };
}
