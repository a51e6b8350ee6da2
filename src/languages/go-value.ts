// The values of the Go-based languages (expr-lang, govaluate, Go templates, sprig) in JavaScript.
// Go's int and float64 behave differently (division, printing), so they stay apart here.

/** `bigint` is a Go int, `number` a float64, `null` is nil; a plain object (null prototype or not) is map[string]any. */
export type GoValue = null | boolean | string | bigint | number | readonly GoValue[] | GoMap | GoObject;

export interface GoMap {
  readonly [key: string]: GoValue;
}

/** A Go value with methods and no literal form: time.Time, time.Duration, *semver.Version. */
export abstract class GoObject {
  /** As `%T` prints it. */
  abstract readonly goType: string;
  /** As `%v` prints it. */
  abstract toString(): string;
  /** As encoding/json writes it. */
  abstract toJsonValue(): GoValue;
  /** The method of that name, or undefined. */
  abstract method(name: string): ((...args: readonly GoValue[]) => GoValue) | undefined;
}

export function isGoList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value);
}

export function isGoMap(value: GoValue): value is GoMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof GoObject);
}

/** What makes an evaluation impure, passed in so that the languages stay pure. */
export interface LanguageSources {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
}
