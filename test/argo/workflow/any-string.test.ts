import { expect, it } from "vitest";

import { anyString } from "../../../src/argo/workflow/any-string.ts";

it.each([
  [null, undefined],
  [undefined, undefined],
  [false, "false"],
  [1e3, "1000"],
  [["x"], ""],
])("%j becomes %j", (value, text) => {
  expect(anyString(value)).toBe(text);
});
