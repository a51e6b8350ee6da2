import { expect, it } from "vitest";

import { renderJsonPath } from "../../src/languages/kubectl-jsonpath.ts";

const object = {
  list: ["a", "b"],
  items: [{ name: "x", tags: [1, 2], done: true, owner: { id: 1 } }],
};

it.each([
  ["{.list[1:1]}", ""],
  ["{.items[?(@.tags[5])].name}", "x"],
  ['{.items[?(@.name=="\\170")].name}', "x"],
  ['{"\\x41\\u00e9\\U0001F600\\101"}', "Aé😀A"],
  ["{range .list[*]}<{@}>{end}!", "<a><b>!"],
  ["{range .none[*]}<{@}>{end}!", "!"],
])("%s prints %s", (template, text) => {
  expect(renderJsonPath(template, object)).toBe(text);
});

it.each([
  ["{.items[?(@.name=~2)]}", "unrecognized character in action"],
  ["{.items[?(@.name<>2)]}", "unrecognized filter operator <>"],
  ["{.items[?(@.owner==1)]}", "invalid type for comparison"],
  ["{.items[?(@.done<true)]}", "invalid type for comparison"],
  ["{.items[?(@.tags[*]==1)]}", "can only compare one element at a time"],
  ['{"\\U00110000"}', "invalid syntax"],
  ['{"\\ud800"}', "invalid syntax"],
  ['{"\\q"}', "invalid syntax"],
  ["{....name}", "invalid multiple recursive descent"],
  ["{word", "unclosed action"],
  ['{"never closed}', "unterminated quoted string"],
  ["{.list[0}", "unterminated array"],
  ["{.items[?(@.name==1)}", "unclosed array expect ]"],
  ["{^}", "unrecognized character in action: U+005E"],
  ["{1.2.3}", "cannot parse number 1.2.3"],
  ["{end}", "not in range, nothing to end"],
])("%s is refused: %s", (template, message) => {
  expect(() => renderJsonPath(template, object)).toThrow(message);
});
