import { backoffAfter } from "../../../src/argo/workflow/backoff.ts";
import { messageOf } from "../../../src/argo/workflow/step-error.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";
import type { Backoff } from "../../../src/resources/workflow.ts";

export const comparesMessages = true;

export function evaluate(input: unknown): unknown {
  const { attempts, ...backoff } = input as Backoff & { readonly attempts: number };
  try {
    const { nanoseconds, message } = backoffAfter(backoff, attempts);
    return { message, seconds: Number(nanoseconds) / 1e9 };
  } catch (error) {
    throw new LanguageError(messageOf(error));
  }
}
