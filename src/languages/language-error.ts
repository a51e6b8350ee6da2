// The one error of the languages: a text that does not compile, or does not evaluate with the given values.

export class LanguageError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    // An expected ending, and often: a trace of our own calls would cost more than the evaluation, and say nothing.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "LanguageError";
  }
}

/** What `action` gives, or what `otherwise` makes of its LanguageError. Any other error is a fault and passes. */
export function recover<T>(action: () => T, otherwise: (error: LanguageError) => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof LanguageError) return otherwise(error);
    throw error;
  }
}
