import { expect, it } from "vitest";

import { renderGoTemplate } from "../../../src/languages/gotemplate/gotemplate.ts";
import { GoDuration } from "../../../src/languages/go-duration.ts";
import { GoTime } from "../../../src/languages/go-time.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";

const sources = { now: () => Date.UTC(2024, 4, 6), random: () => 0 };

function render(template: string, data: GoValue = null): string {
  return renderGoTemplate(template, data, sources);
}

it("defined templates are called with their own dot and variables", () => {
  const template = '{{define "row"}}<{{.}}>{{end}}{{range .}}{{template "row" .}}{{end}}{{block "end" 1}}{{.}}{{end}}';

  expect(render(template, ["a", "b"])).toBe("<a><b>1");
});

it("trim markers and comments leave no white space", () => {
  expect(render("a {{- /* why */ -}} b {{- 1 -}} c")).toBe("ab1c");
});

it("methods of times can be called with arguments", () => {
  expect(render('{{ now.Format "2006-01-02" }} {{ now.Year }} {{ now.Month }}')).toBe("2024-05-06 2024 May");
});

it("variables of an inner block end with it, and assignments to outer ones stay", () => {
  expect(render("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}")).toBe("1");
  expect(render("{{ $x := 1 }}{{ range 3 }}{{ $x = . }}{{ end }}{{ $x }}")).toBe("2");
});

it("the members of a map are passed in the order of their keys, nil ones too", () => {
  expect(
    render("{{ range $key, $value := . }}{{ $key }}{{ if $value }}+{{ else }}-{{ end }}{{ end }}", { b: 1n, a: null }),
  ).toBe("a-b+");
});

it.each([
  ["{{ 0x1F }} {{ 0x1p4 }} {{ 'a' }} {{ 1.5 }} {{ 1_000 }}", "31 16 97 1.5 1000"],
  ['{{ repeat 1e1 "a" }}', "aaaaaaaaaa"],
  ["{{ (now).Year }} {{ now.Year }}", "2024 2024"],
])("the numbers and fields in %s print %s", (template, text) => {
  expect(render(template)).toBe(text);
});

it("an else with follows a with", () => {
  expect(render("{{ with .a }}a{{ else with .b }}{{ . }}{{ else }}none{{ end }}", { b: "b" })).toBe("b");
});

it.each([
  ["{{ break }}", "outside {{range}}"],
  ["{{ $x }}", 'undefined variable "$x"'],
  ["{{ if true }}", "unexpected EOF"],
  ["{{ end }}", "unexpected {{end}}"],
  ["{{ 1 | 2 }}", "non executable command in pipeline stage 2"],
  ["{{ upper 1 }}", "wrong type for value; expected string; got int"],
  ["{{ .a | upper }}", "invalid value; expected string"],
  ['{{ template "x" }}', 'template "x" not defined'],
  ['{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}', "maximum template depth"],
  ["{{ range 2000000 }}{{ end }}", "passes of ranges"],
  ["{{ 'ab' }}", "invalid literal"],
  ["{{ . ) }}", 'unexpected ")" in command'],
  ["{{ . | }}", "missing value for command"],
  ["{{ range $at, 1 }}{{ end }}", "range can only initialize variables"],
  ["{{ , }}", 'unexpected ","'],
  ['{{ "a".b }}', "unexpected . after term"],
  [`{{ ${"(".repeat(201)} }}`, "more than 200 nested parentheses"],
  [`{{ ${"(".repeat(200_000)} }}`, "more than 200 nested parentheses"],
  ["{{ 0b12 }}", 'bad number syntax: "0b12"'],
  ["{{ range $at, $count := 3 }}{{ end }}", "iterate over more than one variable"],
  ['{{ $x := repeat 100000 "ab" }}{{ range 50 }}{{ $x }}{{ end }}', "more than 4000000 characters"],
  ["{{ if true }}{{ end x }}", 'unexpected "x" in end'],
  ["{{ if true }}{{ else }}{{ else }}{{ end }}", "expected end; found {{else}}"],
  ['{{ define "x" }}{{ else }}{{ end }}', "unexpected {{else}} in define clause"],
  ["{{ template .x }}", 'unexpected ".x" in template clause'],
  ["{{ if 1 }}".repeat(201), "more than 200 nested blocks"],
  ["{{/* a", "unclosed comment"],
  ["{{/* a */ x}}", "comment ends before closing delimiter"],
  ['{{ .a"b" }}', "bad character"],
  ['{{ "abc }}', "unterminated quoted string"],
  ["{{ 1 # 2 }}", 'unexpected "#" in operand'],
])("%s is refused", (template, message) => {
  expect(() => render(template, {})).toThrow(message);
});

/** As Go 1.26 with sprig 3 answers them. */
const DATA: GoValue = {
  none: null,
  map: { x: 1n },
  list: [1n],
  time: GoTime.fromMilliseconds(Date.UTC(2024, 4, 6)),
  duration: new GoDuration(90_000_000_000n),
};

it.each([
  ["{{ coalesce | default 3 }}", "3"],
  ["{{ (coalesce).a }}", "<no value>"],
  ["{{ .nope.b }}", "<no value>"],
  ["{{ 1 | and }}", "1"],
  ["{{ 0 | or 0 }}", "0"],
  ["{{ 3 | and 1 2 }}", "3"],
  ["{{ 3 | or 0 }}", "3"],
  ["{{ or 0 3 }}", "3"],
  ["{{ default 1 nil }}", "1"],
  ["{{ list nil }}", "[<nil>]"],
  ["{{ add 1 1e3 }}", "1001"],
  ["{{ 1e30 }}", "1e+30"],
  ["{{ round 2.5 0 1 }}", "2"],
  ['{{ "y" | index .map | default 3 }}', "3"],
  ["{{ len list }}", "0"],
  ['{{ "2006" | .time.Format }}', "2024"],
  ["{{ .duration.Hours }}", "0.025"],
  ["{{ .time.UTC }}", "2024-05-06 00:00:00 +0000 UTC"],
  ["{{ range $at, $item := .list }}{{ $at }}{{ end }}", "0"],
  ["{{ lt 9007199254740992 9007199254740993 }}", "true"],
  ["{{ gt 9007199254740993 9007199254740992 }}", "true"],
  ["{{ lt 1.5 2.5 }}{{ le 2 2 }}{{ gt 2 1 }}", "truetruetrue"],
  ['{{ lt "a" "b" }}', "true"],
  ["{{ eq .time .time }}", "true"],
  ["{{ eq .none .none }}{{ eq 1 .none }}", "truefalse"],
  ['{{ b64dec "a" }}', "illegal base64 data at input byte 0"],
  ['{{ b64dec "YWJjZA" }}', "illegal base64 data at input byte 4"],
  ['{{ b64dec "ab$d" }}', "illegal base64 data at input byte 2"],
  ['{{ b64dec "YWJj=" }}', "illegal base64 data at input byte 4"],
  ['{{ semverCompare "=1.2.3-0" "1.2.3-alpha" }}', "false"],
  ['{{ semverCompare "=1.2.3-alpha" "1.2.3-alpha" }}', "true"],
  ['{{ semverCompare "!=1.2.3-0" "1.2.3-alpha" }}', "true"],
  ['{{ semverCompare "=1.2" "1.2.3" }}', "true"],
])("%s prints %s", (template, text) => {
  expect(render(template, DATA)).toBe(text);
});

it.each([
  ["{{ nil }}", "nil is not a command"],
  ["{{ coalesce.a }}", "nil pointer evaluating interface {}.a"],
  ["{{ .none.b }}", "nil pointer evaluating interface {}.b"],
  ["{{ .time.Nope }}", "can't evaluate field Nope"],
  ["{{ .time.Nope 1 }}", "Nope is not a method but has arguments"],
  ["{{ .none | .time.Format }}", "expected"],
  ["{{ .map.x 1 }}", "x is not a method but has arguments"],
  ["{{ 1 2 }}", "can't give argument to non-function"],
  ["{{ $ 1 }}", "can't give argument to non-function"],
  ["{{ call .map }}", "error calling call: non-function"],
  ["{{ and }}", "wrong number of args for and: want at least 1 got 0"],
  ["{{ upper nil }}", "cannot assign nil to string"],
  ['{{ fail "no" }}', "error calling fail: no"],
  ["{{ 99999999999999999999 }}", 'integer overflow: "99999999999999999999"'],
  ["{{ eq .time .map }}", "non-comparable type map[string]interface {}"],
  ["{{ eq .map .map }}", "non-comparable type map[string]interface {}"],
  ["{{ eq .duration .time }}", "incompatible types for comparison: time.Duration and time.Time"],
  ["{{ lt 1 1.5 }}", "incompatible types for comparison: int and float64"],
  ["{{ lt nil 1 }}", "invalid type for comparison"],
  ["{{ lt .list .list }}", "invalid type for comparison"],
])("%s fails as in Go", (template, message) => {
  expect(() => render(template, DATA)).toThrow(message);
});
