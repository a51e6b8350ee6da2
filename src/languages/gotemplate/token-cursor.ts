// A place in the words of a template.
import { LanguageError } from "../language-error.ts";
import type { TemplateToken } from "./read-template-tokens.ts";

const END: TemplateToken = { kind: "end", text: "" };

export class TokenCursor {
  readonly #tokens: readonly TemplateToken[];
  #at = 0;

  constructor(tokens: readonly TemplateToken[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): TemplateToken {
    return this.#tokens[this.#at + ahead] ?? END;
  }

  next(): TemplateToken {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  skipSpace(): void {
    while (this.peek().kind === "space") this.#at += 1;
  }

  expectClose(context: string): void {
    this.skipSpace();
    const token = this.next();
    if (token.kind !== "close") throw new LanguageError(`template: unexpected "${token.text}" in ${context}`);
  }
}
