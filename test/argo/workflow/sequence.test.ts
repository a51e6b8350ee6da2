// What a loop over numbers makes of a format that is no text in JSON: encoding/json's words, as in Argo.
import { expect, it } from "vitest";

import { expandSequence } from "../../../src/argo/workflow/sequence.ts";

it.each([
  ['%d" x', "invalid character 'x' after top-level value"],
  ['%d" "', "invalid character '\"' after top-level value"],
  ["\\'%d", "invalid character '\\'' in string escape code"],
  ["%d\\", "unexpected end of JSON input"],
  ["\\%d", "invalid character '7' in string escape code"],
  ["\\u0%dx", "invalid character 'x' in \\u hexadecimal character escape"],
  ["%d\n", "invalid character '\\n' in string literal"],
])("the format %j is refused", (format, message) => {
  expect(() => expandSequence({ start: "7", end: "7", format })).toThrow(message);
});

it("escapes in a format are those of JSON", () => {
  const items = expandSequence({ count: "1", format: '%d\\n\\"\\u0041' });

  expect(items.map(({ variables }) => variables["item"])).toEqual(['0\n"A']);
});
