import { expect, it } from "vitest";

import type { GoMap } from "../../../src/languages/go-value.ts";
import { callSprig, valueOfSprig } from "../../support/call-sprig.ts";

it("a URL is taken apart", () => {
  expect(valueOfSprig("urlParse", "HTTPS://u:p@h.org:8080/a%20b?q=1#f")).toEqual({
    scheme: "https",
    userinfo: "u:p",
    host: "h.org:8080",
    hostname: "h.org",
    path: "/a b",
    query: "q=1",
    fragment: "f",
    opaque: "",
  });
  expect(valueOfSprig("urlParse", "mailto:a@b.c")).toMatchObject({ scheme: "mailto", opaque: "a@b.c", path: "" });
});

it("a text that is no URL is refused", () => {
  expect(() => valueOfSprig("urlParse", ":a")).toThrow("missing protocol scheme");
  expect(() => valueOfSprig("urlParse", "http://h/%zz")).toThrow("invalid URL escape");
  expect(() => valueOfSprig("urlJoin", { scheme: 1n })).toThrow("unable to parse scheme key, must be of type string");
});

it.each<readonly [GoMap, string]>([
  [{ path: "/p" }, "/p"],
  [{ host: "h", query: "a=1", fragment: "f" }, "//h?a=1#f"],
  [{ scheme: "http", host: "h", userinfo: "u", path: "/a b" }, "http://u@h/a%20b"],
  [{ scheme: "http", host: "h", path: "p" }, "http://h/p"],
  [{ scheme: "file", path: "/p", userinfo: "u" }, "file://u@/p"],
  [{ scheme: "mailto", opaque: "a@b.c" }, "mailto:a@b.c"],
])("case %# is put together", (parts, expected) => {
  expect(callSprig("urlJoin", parts)).toBe(JSON.stringify(expected));
});
