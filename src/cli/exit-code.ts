// How a command ends. Scripts rely on these numbers: they are part of the reference and never change their meaning.

export const EXIT_CODES = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** What each code means, for the reference and the help. */
export const EXIT_CODE_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: "done",
  1: "it failed",
  2: "the command line, or a file that it names, is wrong; nothing was done",
  3: "something that was named does not exist",
  4: "the server refused: no permission, an invalid object, or a state that does not allow it",
  5: "no server could be reached",
};
