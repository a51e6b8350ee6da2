// Quoted texts in kubectl's JSONPath templates: Go's escapes, in either kind of quotes.
import { GO_ESCAPES } from "../go-unquote.ts";
import { LanguageError } from "../language-error.ts";

/** The text without its quotes. LanguageError for an escape that Go does not know. */
export function unquote(quoted: string): string {
  const quote = quoted.charAt(0);
  return quoted
    .slice(1, -1)
    .replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[^]?)/g, (_match, escape: string) => {
      const character = escape === quote ? quote : GO_ESCAPES[escape];
      if (character !== undefined) return character;
      const code = Number.parseInt(escape.replace(/^[xuU]/, ""), /^\d/.test(escape) ? 8 : 16);
      const isWrong = escape.length < 3 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
      if (isWrong) throw new LanguageError(`unquote string ${quoted} error invalid syntax`);
      return String.fromCodePoint(code);
    });
}
