import { expect, it } from "vitest";

import { LanguageError, recover } from "../../src/languages/language-error.ts";

function failWith(error: Error): () => string {
  return () => {
    throw error;
  };
}

it("a wrong text can be recovered from, a fault of the program passes", () => {
  expect(recover(failWith(new LanguageError("wrong text")), (error) => error.message)).toBe("wrong text");
  expect(() => recover(failWith(new TypeError("a fault")), () => "")).toThrow("a fault");
});
