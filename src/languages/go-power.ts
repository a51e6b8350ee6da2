// Go's math.Pow, whose last digits differ from those of JavaScript's `**`.

/** math.Pow(base, exponent). */
export function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === 0 || exponent === 0 || !Number.isFinite(base) || !Number.isFinite(exponent)) {
    // Both languages agree, but for -1 to an infinite power.
    return base === -1 && !Number.isNaN(exponent) ? 1 : base ** exponent;
  }
  if (Math.abs(exponent) === 0.5) return exponent > 0 ? Math.sqrt(base) : 1 / Math.sqrt(base);
  const size = Math.abs(exponent);
  const whole = Math.trunc(size);
  const fraction = size - whole;
  if (fraction !== 0 && base < 0) return Number.NaN;
  return powerByParts(base, { whole, fraction, isNegative: exponent < 0 });
}

interface Exponent {
  readonly whole: number;
  readonly fraction: number;
  readonly isNegative: boolean;
}

/** The fraction by logarithm, the whole part by repeated squaring of the mantissa. */
function powerByParts(base: number, { whole, fraction, isNegative }: Exponent): number {
  const isRoundedUp = fraction > 0.5;
  let product = fraction === 0 ? 1 : Math.exp((isRoundedUp ? fraction - 1 : fraction) * Math.log(base));
  let productExponent = 0;
  let { mantissa, exponent } = splitFloat(base);
  for (let rest = BigInt(whole) + (isRoundedUp ? 1n : 0n); rest > 0n; rest >>= 1n) {
    if (Math.abs(exponent) > EXPONENT_MAX) {
      productExponent += exponent;
      break;
    }
    if ((rest & 1n) === 1n) {
      product *= mantissa;
      productExponent += exponent;
    }
    mantissa *= mantissa;
    exponent *= 2;
    if (Math.abs(mantissa) < 0.5) {
      mantissa *= 2;
      exponent -= 1;
    }
  }
  return isNegative ? scale(1 / product, -productExponent) : scale(product, productExponent);
}

/** Far beyond what a float64 can hold: the result is infinite or zero. */
const EXPONENT_MAX = 4096;

/** A float as mantissa in [0.5, 1) times a power of two. */
function splitFloat(value: number): { mantissa: number; exponent: number } {
  let mantissa = value;
  let exponent = 0;
  for (; Math.abs(mantissa) >= 1; exponent += 1) mantissa /= 2;
  for (; Math.abs(mantissa) < 0.5; exponent -= 1) mantissa *= 2;
  return { mantissa, exponent };
}

/** In steps that no intermediate result overflows in. */
function scale(value: number, exponent: number): number {
  let result = value;
  let rest = Math.max(Math.min(exponent, EXPONENT_MAX), -EXPONENT_MAX);
  for (; rest > 1000; rest -= 1000) result *= 2 ** 1000;
  for (; rest < -1000; rest += 1000) result *= 2 ** -1000;
  return result * 2 ** rest;
}
