// What is wrong with a workflow as it is written or given. It ends the step with its message, never the pass.
import { LanguageError } from "../../languages/language-error.ts";

export class StepError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "StepError";
  }
}

/** The message of an error that belongs to the workflow; anything else is a fault of ours and is thrown on. */
export function messageOf(error: unknown): string {
  if (error instanceof StepError || error instanceof LanguageError) return error.message;
  throw error;
}
