import { expect, it } from "vitest";

import { callSprig } from "../../support/call-sprig.ts";

it.each([
  ["ext", "a", ""],
  ["ext", "a.d/b", ""],
  ["clean", "", "."],
  ["clean", "/..", "/"],
  ["clean", "../a", "../a"],
  ["clean", "a/../../b", "../b"],
  ["clean", "//a//./b/", "/a/b"],
  ["base", "", "."],
  ["base", "/", "/"],
  ["base", "/a/b/", "b"],
  ["b64dec", "ab*d", "illegal base64 data at input byte 2"],
  ["b32enc", "", ""],
  ["b32dec", "", ""],
  ["b32dec", "A1======", "illegal base32 data at input byte 1"],
])("%s of '%s' is '%s'", (name, text, expected) => {
  expect(callSprig(name, text)).toBe(JSON.stringify(expected));
});
