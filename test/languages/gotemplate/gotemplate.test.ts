import { expect, it } from "vitest";

import { renderGoTemplate } from "../../../src/languages/gotemplate/gotemplate.ts";
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
