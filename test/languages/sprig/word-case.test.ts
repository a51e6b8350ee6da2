import { expect, it } from "vitest";

import { camelCase, titleCase } from "../../../src/languages/sprig/word-case.ts";

it("above ASCII only white space starts a new word", () => {
  expect(titleCase("to be-or not")).toBe("To Be-Or Not");
  expect(titleCase("to\u00a0be\u2014or")).toBe("To\u00a0Be\u2014or");
});

it("a delimiter too many stays as an underscore", () => {
  expect(camelCase("_complex__case_")).toBe("_Complex_Case_");
});
