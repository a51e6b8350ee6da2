// `jsonpath(text, path)` of Argo's expressions.
import { sortedKeys } from "../go-json.ts";
import { goTypeName } from "../go-format.ts";
import { type GoValue, isGoList, isGoMap } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { numberOf, TypedInteger } from "../expr/typed-values.ts";
import { utf8Length } from "../utf8.ts";
import { runScript } from "./run-script.ts";
import { readSteps } from "./read-steps.ts";
import type { Script, Selection, Step } from "./steps.ts";

/** What the path finds in a value. LanguageError for a wrong path, and where it leads to nothing. */
export function queryJsonPath(path: string, value: GoValue): GoValue {
  const steps = readSteps(path);
  return applySteps(steps, value, value);
}

/** What the steps find, starting at `current`. */
export function applySteps(steps: readonly Step[], root: GoValue, current: GoValue): GoValue {
  const [step, ...next] = steps;
  if (step === undefined) return current;
  switch (step.kind) {
    case "root":
      return applySteps(next, root, root);
    case "current":
      return applySteps(next, root, current);
    case "key":
      return applySteps(next, root, valueOfKey(current, step.key));
    case "index":
      return applySteps(next, root, elementAt(listOf(current, "index"), step.index));
    case "length":
      return applySteps(next, root, lengthOf(current));
    case "wildcard":
      return forEachOf(membersOf(current, "wildcard"), { next, root });
    case "recursive":
      return descend(current, { next, root });
    default:
      return applySelection(step, { next, root }, current);
  }
}

interface Rest {
  readonly next: readonly Step[];
  readonly root: GoValue;
}

function applySelection(step: Selection, rest: Rest, current: GoValue): GoValue {
  const evaluate = (script: Script, item: GoValue): GoValue =>
    runScript(script, { root: rest.root, current: item, select: applySteps });
  switch (step.kind) {
    case "range": {
      const items = listOf(current, "range");
      const bounds = step.bounds.map((bound) => resolveBound(bound, (script) => evaluate(script, current)));
      return continueWith(sliceOf(items, bounds), rest);
    }
    case "union": {
      const members = step.members.map((member) => (typeof member === "object" ? evaluate(member, current) : member));
      return continueWith(unionOf(current, members), rest);
    }
    case "filter": {
      if (step.script.text === "") throw new LanguageError("invalid expression. is empty");
      const items = membersOf(current, "filter").filter((item) => isIncluded(() => evaluate(step.script, item)));
      return continueWith(items, rest);
    }
    case "script":
    default: {
      const key = evaluate(step.script, current);
      const found =
        typeof key === "string" ? valueOfKey(current, key) : elementAt(listOf(current, "index"), integer(key));
      return applySteps(rest.next, rest.root, found);
    }
  }
}

/** An index after a range, a union or a filter picks from its result; any other step is applied to each item. */
function continueWith(items: readonly GoValue[], rest: Rest): GoValue {
  return rest.next[0]?.kind === "index" ? applySteps(rest.next, rest.root, items) : forEachOf(items, rest);
}

/** What fails for an item, or finds nil, is left out. */
function forEachOf(items: readonly GoValue[], { next, root }: Rest): readonly GoValue[] {
  if (next.length === 0) return items;
  return items.map((item) => tryApply(next, root, item)).filter((item) => item !== null);
}

function tryApply(steps: readonly Step[], root: GoValue, current: GoValue): GoValue {
  return recover(
    () => applySteps(steps, root, current),
    () => null,
  );
}

function descend(current: GoValue, rest: Rest): readonly GoValue[] {
  if (current === null) return [];
  const found = tryApply(rest.next, rest.root, current);
  const own = rest.next.length > 0 && isGoList(found) ? found : [found];
  const inner = isGoList(current) || isGoMap(current) ? membersOf(current, "recursive") : [];
  return [...own.filter((item) => item !== null || isGoList(found)), ...inner.flatMap((item) => descend(item, rest))];
}

function valueOfKey(current: GoValue, key: string): GoValue {
  if (!isGoMap(current)) throw wrongTarget("key", current);
  if (!Object.hasOwn(current, key)) throw new LanguageError(`key: invalid token key '${key}' not found`);
  return current[key] ?? null;
}

function elementAt(items: readonly GoValue[], index: number): GoValue {
  const item = items[index < 0 ? items.length + index : index];
  if (item === undefined) throw new LanguageError("index: invalid token out of range");
  return item;
}

function lengthOf(current: GoValue): GoValue {
  if (isGoMap(current)) {
    return Object.hasOwn(current, "length") ? valueOfKey(current, "length") : int64(Object.keys(current).length);
  }
  if (isGoList(current)) return int64(current.length);
  if (typeof current === "string") return int64(utf8Length(current));
  throw wrongTarget("length", current);
}

function int64(value: number): GoValue {
  return new TypedInteger("int64", BigInt(value));
}

function membersOf(current: GoValue, step: string): readonly GoValue[] {
  if (isGoMap(current)) return sortedKeys(current).map((key) => current[key] ?? null);
  return listOf(current, step);
}

function listOf(current: GoValue, step: string): readonly GoValue[] {
  if (!isGoList(current)) throw wrongTarget(step, current);
  return current;
}

function wrongTarget(step: string, current: GoValue): LanguageError {
  return new LanguageError(`${step}: invalid token target. got [${goTypeName(current)}]`);
}

function integer(value: GoValue): number {
  const number = numberOf(value);
  if (number === undefined || !Number.isInteger(number)) {
    throw new LanguageError("unexpected expression result. expected an integer");
  }
  return number;
}

function resolveBound(bound: number | Script | undefined, evaluate: (script: Script) => GoValue): number | undefined {
  return typeof bound === "object" ? integer(evaluate(bound)) : bound;
}

function sliceOf(
  items: readonly GoValue[],
  [from = 0, to = items.length, step = 1]: readonly (number | undefined)[],
): readonly GoValue[] {
  if (step === 0) throw new LanguageError("range: invalid token out of range");
  const clamp = (bound: number): number =>
    Math.min(Math.max(bound < 0 ? items.length + bound : bound, 0), items.length);
  const part = items.slice(clamp(from), Math.max(clamp(to), clamp(from)));
  const ordered = step < 0 ? part.reverse() : part;
  return ordered.filter((_item, at) => at % Math.abs(step) === 0);
}

/** Members that do not exist are left out. */
function unionOf(current: GoValue, members: readonly GoValue[]): readonly GoValue[] {
  if (members.every((member) => typeof member === "string")) {
    if (!isGoMap(current)) throw wrongTarget("union", current);
    return members.filter((key) => Object.hasOwn(current, key)).map((key) => current[key] ?? null);
  }
  const items = listOf(current, "union");
  return members
    .map((member) => integer(member))
    .map((index) => items[index < 0 ? items.length + index : index])
    .filter((item) => item !== undefined);
}

const NOTHINGS: ReadonlySet<GoValue> = new Set([null, false, "", "''", '""']);

/** An expression that fails is false; so are nil, nothing, zero and what is empty. */
function isIncluded(evaluate: () => GoValue): boolean {
  const value = recover(evaluate, () => false);
  if (isGoList(value) || isGoMap(value)) return Object.keys(value).length > 0;
  return numberOf(value) !== 0 && !NOTHINGS.has(value);
}
