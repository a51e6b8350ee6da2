// Sprig's functions on numbers. Integers wrap around 64 bits; the decimal functions are exact, as in shopspring/decimal.
import { formatFloatShortest, parseGoInt } from "../go-number.ts";
import type { GoFunction } from "../go-function.ts";
import type { GoValue } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { countOf, floatOf, intOf, RESULT_LENGTH_MAX, textOf } from "./conversions.ts";
import { alias, declare } from "./sprig-function.ts";

interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const ZERO: Decimal = { digits: 0n, scale: 0 };

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** A function of any number of integers, folded from the left. */
function folded(signature: string, combine: (left: bigint, right: bigint) => bigint): GoFunction {
  return declare(signature, (args) =>
    args.map((value) => intOf(value)).reduce((left, right) => wrap(combine(left, right))),
  );
}

function foldedFloats(signature: string, combine: (left: number, right: number) => number): GoFunction {
  return declare(signature, (args) => args.map((value) => floatOf(value)).reduce(combine));
}

function decimals(signature: string, combine: (left: Decimal, right: Decimal) => Decimal): GoFunction {
  return declare(signature, (args) => {
    const [first = ZERO, ...others] = args.map((value) => decimalOf(floatOf(value)));
    return floatOfDecimal(others.reduce(combine, first));
  });
}

export const NUMBER_FUNCTIONS: readonly GoFunction[] = [
  declare("int any", ([value]) => intOf(value)),
  declare("int64 any -> int64", ([value]) => intOf(value)),
  declare("float64 any", ([value]) => floatOf(value)),
  declare("atoi string", ([value]) => parseOrZero(textOf(value), 10)),
  declare("toDecimal any -> int64", ([value]) => parseOrZero(textOf(value), 8)),
  declare("add ...any -> int64", (args) => args.reduce<bigint>((sum, value) => wrap(sum + intOf(value)), 0n)),
  declare("add1 any -> int64", ([value]) => wrap(intOf(value) + 1n)),
  folded("sub any any -> int64", (left, right) => left - right),
  folded("mul any ...any -> int64", (left, right) => left * right),
  folded("div any any -> int64", (left, right) => left / nonZero(right)),
  folded("mod any any -> int64", (left, right) => left % nonZero(right)),
  ...alias(
    folded("max any ...any -> int64", (left, right) => (right > left ? right : left)),
    "biggest",
  ),
  folded("min any ...any -> int64", (left, right) => (right < left ? right : left)),
  foldedFloats("maxf any ...any", Math.max),
  foldedFloats("minf any ...any", Math.min),
  declare("add1f any", ([value]) => floatOfDecimal(plus(decimalOf(floatOf(value)), { digits: 1n, scale: 0 }))),
  decimals("addf ...any", plus),
  decimals("subf any ...any", (left, right) => plus(left, { ...right, digits: -right.digits })),
  decimals("mulf any ...any", (left, right) => ({
    digits: left.digits * right.digits,
    scale: left.scale + right.scale,
  })),
  decimals("divf any ...any", divide),
  declare("floor any", ([value]) => Math.floor(floatOf(value))),
  declare("ceil any", ([value]) => Math.ceil(floatOf(value))),
  declare("round any int ...float64", ([value, places, roundOn]) =>
    round(floatOf(value), countOf(places), floatOf(roundOn ?? 0.5)),
  ),
  declare("until int -> []int", ([count]) => range(0, countOf(count), countOf(count) < 0 ? -1 : 1)),
  declare("untilStep int int int -> []int", ([start, stop, step]) =>
    range(countOf(start), countOf(stop), countOf(step)),
  ),
  declare("seq ...int", (args) => sequence(args.map(countOf)).join(" ")),
];

function parseOrZero(text: string, base: 8 | 10): bigint {
  return recover(
    () => parseGoInt(text, base),
    () => 0n,
  );
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new LanguageError("runtime error: integer divide by zero");
  return value;
}

function round(value: number, places: number, roundOn: number): number {
  const power = 10 ** places;
  const scaled = power * value;
  const fraction = scaled - Math.trunc(scaled);
  return (fraction >= roundOn ? Math.ceil(scaled) : Math.floor(scaled)) / power;
}

function range(start: number, stop: number, step: number): readonly bigint[] {
  const items: bigint[] = [];
  if (step === 0 || step > 0 !== stop > start) return items;
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) {
    if (items.length >= RESULT_LENGTH_MAX) throw new LanguageError(`a range has at most ${RESULT_LENGTH_MAX} items`);
    items.push(BigInt(at));
  }
  return items;
}

/** As the `seq` command: one number counts from 1, two are start and end, three have the step between them. */
function sequence(numbers: readonly number[]): readonly bigint[] {
  if (numbers.length === 0 || numbers.length > 3) return [];
  const [first = 0, second = 0] = numbers;
  const [end = 0] = numbers.slice(-1);
  const start = numbers.length === 1 ? 1 : first;
  const direction = end < start ? -1 : 1;
  const step = numbers.length === 3 ? second : direction;
  return direction < 0 && step > 0 ? [] : range(start, end + direction, step);
}

const DIVISION_SCALE = 16;

function decimalOf(value: number): Decimal {
  const [whole = "0", fraction = ""] = formatFloatShortest(value, "f").split(".");
  if (!/^-?\d+$/.test(whole)) throw new LanguageError(`Cannot create a Decimal from ${whole}`);
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function floatOfDecimal({ digits, scale }: Decimal): GoValue {
  return Number(`${digits}e-${scale}`);
}

function plus(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  const scaled = (value: Decimal): bigint => value.digits * 10n ** BigInt(scale - value.scale);
  return { digits: scaled(left) + scaled(right), scale };
}

/** Sixteen digits after the point, rounded half away from zero. */
function divide(left: Decimal, right: Decimal): Decimal {
  if (right.digits === 0n) throw new LanguageError("decimal division by 0");
  const dividend = left.digits * 10n ** BigInt(DIVISION_SCALE + 1 + right.scale);
  const quotient = dividend / (right.digits * 10n ** BigInt(left.scale));
  return { digits: (quotient + (quotient < 0n ? -5n : 5n)) / 10n, scale: DIVISION_SCALE };
}
