// Sprig's functions on any value: defaults, JSON, reflection, flow control, regular expressions.
import { goTypeName } from "../go-format.ts";
import type { GoFunction } from "../go-function.ts";
import { readJson, writeJson, type JsonOptions } from "../go-json.ts";
import { compileRegexp, quoteRegexp, type Regexp } from "../go-regexp.ts";
import type { GoValue } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { countOf, isDeepEqual, isEmpty, kindOf, textOf } from "./conversions.ts";
import { alias, declare } from "./sprig-function.ts";

export const VALUE_FUNCTIONS: readonly GoFunction[] = [
  declare("default any ...any", ([fallback = null, given = null]) => (isEmpty(given) ? fallback : given)),
  declare("empty any", ([value]) => isEmpty(value)),
  declare("coalesce ...any", (values) => values.find((value) => !isEmpty(value)) ?? null),
  declare("all ...any", (values) => values.every((value) => !isEmpty(value))),
  declare("any ...any", (values) => values.some((value) => !isEmpty(value))),
  declare("ternary any any bool", ([yes = null, no = null, condition]) => (condition === true ? yes : no)),
  declare("fromJson string", ([text]) => orNothing(null, () => readJson(textOf(text)))),
  declare("mustFromJson string", ([text]) => readJson(textOf(text))),
  ...json("toJson", {}),
  ...json("toPrettyJson", { indent: "  " }),
  ...json("toRawJson", { escapeHtml: false }),
  declare("typeOf any", ([value = null]) => goTypeName(value)),
  declare("typeIs string any", ([type, value = null]) => goTypeName(value) === type),
  declare("typeIsLike string any", ([type, value = null]) => [type, `*${textOf(type)}`].includes(goTypeName(value))),
  declare("kindOf any", ([value = null]) => kindOf(value)),
  declare("kindIs string any", ([kind, value = null]) => kindOf(value) === kind),
  declare("deepEqual any any", ([left = null, right = null]) => isDeepEqual(left, right)),
  declare("fail string", ([message]) => {
    throw new LanguageError(textOf(message));
  }),
];

function json(name: string, options: JsonOptions): readonly GoFunction[] {
  const must = `must${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [
    declare(`${name} any`, ([value = null]) => orNothing("", () => writeJson(value, options))),
    declare(`${must} any`, ([value = null]) => writeJson(value, options)),
  ];
}

/** The value that Go leaves when it drops the error. */
function orNothing(nothing: GoValue, evaluate: () => GoValue): GoValue {
  return recover(evaluate, () => nothing);
}

/** `mustX` and `X` both fail on a wrong pattern: what Go calls a panic is a failure of the template too. */
function regexp(
  signature: string,
  body: (pattern: Regexp, rest: readonly GoValue[]) => GoValue,
): readonly GoFunction[] {
  const callee = declare(signature, ([pattern, ...rest]) => body(compileRegexp(textOf(pattern)), rest));
  return alias(callee, `must${callee.name.charAt(0).toUpperCase()}${callee.name.slice(1)}`);
}

export const REGEXP_FUNCTIONS: readonly GoFunction[] = [
  declare("regexMatch string string", ([pattern, text]) =>
    orNothing(false, () => compileRegexp(textOf(pattern)).test(textOf(text))),
  ),
  declare("mustRegexMatch string string", ([pattern, text]) => compileRegexp(textOf(pattern)).test(textOf(text))),
  ...regexp("regexFind string string", (pattern, [text]) => pattern.findAll(textOf(text), 1)[0]?.groups[0] ?? ""),
  ...regexp("regexFindAll string string int -> []string", (pattern, [text, limit]) =>
    pattern.findAll(textOf(text), countOf(limit)).map(({ groups: [whole = ""] }) => whole),
  ),
  ...regexp("regexReplaceAll string string string", (pattern, [text, template]) =>
    pattern.replaceAll(textOf(text), textOf(template)),
  ),
  ...regexp("regexReplaceAllLiteral string string string", (pattern, [text, replacement]) =>
    pattern.replaceAllLiteral(textOf(text), textOf(replacement)),
  ),
  ...regexp("regexSplit string string int -> []string", (pattern, [text, limit]) =>
    pattern.split(textOf(text), countOf(limit)),
  ),
  declare("regexQuoteMeta string", ([text]) => quoteRegexp(textOf(text))),
];
