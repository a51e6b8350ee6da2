import { expect, it } from "vitest";
import { sprint } from "../../src/languages/go-format.ts";
import { sprintf } from "../../src/languages/go-printf.ts";
import { PRINTF_TABLE, SPRINT_TABLE } from "./printf-table.ts";

it("prints what Go prints, for every verb, flag, width and precision", () => {
  const printed = PRINTF_TABLE.map(([format, values]) => [format, values, sprintf(format, values)]);

  expect(printed).toEqual(PRINTF_TABLE);
});

it("puts a space between operands where neither is a string", () => {
  expect(SPRINT_TABLE.map(([values]) => [values, sprint(values)])).toEqual(SPRINT_TABLE);
});
