// Semantic versions and constraints as Masterminds/semver reads them (`^1.2`, `~1.2.3`, `>=1, <2 || 3.x`, `1.2 - 1.4`).
import { GoObject, type GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";

/** The methods that compare two versions: what each makes of their order. */
const COMPARISONS: ReadonlyMap<string, (order: number) => GoValue> = new Map<string, (order: number) => GoValue>([
  ["Compare", (order) => BigInt(order)],
  ["LessThan", (order) => order < 0],
  ["GreaterThan", (order) => order > 0],
  ["Equal", (order) => order === 0],
]);

export class SemanticVersion extends GoObject {
  readonly goType = "*semver.Version";
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;

  constructor(text: string) {
    super();
    const match =
      /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?$/.exec(
        text,
      );
    if (match === null) throw new LanguageError("invalid semantic version");
    const [, major = "0", minor = "0", patch = "0", prerelease = "", metadata = ""] = match;
    this.numbers = [BigInt(major), BigInt(minor), BigInt(patch)];
    this.prerelease = prerelease;
    this.metadata = metadata;
    this.original = text;
  }

  override toString(): string {
    const suffix = (sign: string, text: string): string => (text === "" ? "" : sign + text);
    return this.numbers.join(".") + suffix("-", this.prerelease) + suffix("+", this.metadata);
  }

  override toJsonValue(): GoValue {
    return this.toString();
  }

  override method(name: string): ((...args: readonly GoValue[]) => GoValue) | undefined {
    const fields: Record<string, GoValue> = {
      Major: this.numbers[0],
      Minor: this.numbers[1],
      Patch: this.numbers[2],
      Prerelease: this.prerelease,
      Metadata: this.metadata,
      Original: this.original,
      String: this.toString(),
    };
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) return () => field;
    const comparison = COMPARISONS.get(name);
    if (comparison === undefined) return undefined;
    return (other) => {
      if (!(other instanceof SemanticVersion)) throw new LanguageError("a *semver.Version was expected");
      return comparison(compareVersions(this, other));
    };
  }
}

/** Below 0, 0 or above 0; build metadata does not count. */
export function compareVersions(left: SemanticVersion, right: SemanticVersion): number {
  for (const at of [0, 1, 2] as const) {
    if (left.numbers[at] !== right.numbers[at]) return left.numbers[at] < right.numbers[at] ? -1 : 1;
  }
  if (left.prerelease === right.prerelease) return 0;
  if (left.prerelease === "") return 1;
  return right.prerelease === "" ? -1 : comparePrereleases(left.prerelease.split("."), right.prerelease.split("."));
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [a, b] = [left[at], right[at]];
    if (a === undefined) return -1;
    if (b === undefined) return 1;
    if (a !== b) return comparePrereleaseParts(a, b);
  }
  return 0;
}

function comparePrereleaseParts(left: string, right: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isNumber && isOtherNumber) return BigInt(left) < BigInt(right) ? -1 : 1;
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return left < right ? -1 : 1;
}

/** Whether a version satisfies a constraint; LanguageError when either cannot be read. */
export function satisfiesConstraint(constraint: string, version: SemanticVersion): boolean {
  const alternatives = constraint.split("||").map((part) => rewriteRange(part));
  return alternatives
    .map((part) => parseAlternative(part, constraint))
    .some((tests) => tests.every((test) => test(version)));
}

type Test = (version: SemanticVersion) => boolean;

const VERSION = String.raw`v?[\dxX*]+(?:\.[\dxX*]+){0,2}(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?`;
const ONE = new RegExp(String.raw`^\s*(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*(${VERSION})\s*(?:,|\s|$)`);

/** `1.2 - 1.4` is `>=1.2 <=1.4`. */
function rewriteRange(text: string): string {
  return text.replace(new RegExp(String.raw`(${VERSION})\s+-\s+(${VERSION})`, "g"), ">=$1 <=$2");
}

function parseAlternative(text: string, constraint: string): readonly Test[] {
  const tests: Test[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const match = ONE.exec(rest);
    if (match === null) throw new LanguageError(`improper constraint: ${constraint}`);
    const [whole, operator = "", version = ""] = match;
    tests.push(testOf(operator, version));
    rest = rest.slice(whole.length).trim();
  }
  if (tests.length === 0) throw new LanguageError(`improper constraint: ${constraint}`);
  return tests;
}

interface Wanted {
  readonly version: SemanticVersion;
  /** How many of major, minor and patch were written as numbers. */
  readonly given: number;
}

function testOf(operator: string, text: string): Test {
  const [release = "", ...suffix] = text.replace(/^v/, "").split(/(?=[-+])/);
  const parts = release.split(".");
  const wildcard = parts.findIndex((part) => /^[xX*]$/.test(part));
  const given = wildcard < 0 ? parts.length : wildcard;
  const numbers = [0, 1, 2].map((at) => (at < given ? parts[at] : "0"));
  const wanted: Wanted = { version: new SemanticVersion(numbers.join(".") + suffix.join("")), given };
  const holds = holdsOf(operator, wanted);
  return (version) => {
    // A pre-release is chosen only by a constraint that names one.
    if (version.prerelease !== "" && wanted.version.prerelease === "") return operator === "!=" && holds(version);
    return holds(version);
  };
}

function holdsOf(operator: string, wanted: Wanted): Test {
  const { version: limit, given } = wanted;
  const above = (version: SemanticVersion): boolean => compareVersions(version, nextAfter(limit, given)) >= 0;
  switch (operator) {
    case ">":
      return (version) => (given === 3 ? compareVersions(version, limit) > 0 : above(version));
    case ">=":
    case "=>":
      return (version) => compareVersions(version, limit) >= 0;
    case "<":
      return (version) => compareVersions(version, limit) < 0;
    case "<=":
    case "=<":
      return (version) => (given === 3 ? compareVersions(version, limit) <= 0 : !above(version));
    case "!=":
      return (version) => !isEqual(version, wanted);
    case "~":
    case "~>":
      return (version) =>
        isWithin(version, { version: limit, given: Math.min(given, 2) }) && compareVersions(version, limit) >= 0;
    case "^":
      return (version) =>
        isWithin(version, { version: limit, given: caretGiven(limit, given) }) && compareVersions(version, limit) >= 0;
    default:
      return (version) => isEqual(version, wanted);
  }
}

/** Caret keeps everything up to the first number that is not zero. */
function caretGiven(limit: SemanticVersion, given: number): number {
  const first = limit.numbers.findIndex((number) => number !== 0n);
  return Math.min(given, first < 0 ? 3 : first + 1);
}

function isEqual(version: SemanticVersion, wanted: Wanted): boolean {
  return wanted.given < 3 ? isWithin(version, wanted) : compareVersions(version, wanted.version) === 0;
}

/** Equal in the numbers that were given. */
function isWithin(version: SemanticVersion, { version: limit, given }: Wanted): boolean {
  return limit.numbers.slice(0, given).every((number, at) => version.numbers[at] === number);
}

/** The first version after everything that starts with the given numbers. */
function nextAfter(limit: SemanticVersion, given: number): SemanticVersion {
  if (given === 0) return new SemanticVersion("99999999999999999999.0.0");
  const numbers = limit.numbers.map((number, at) => (at < given - 1 ? number : at === given - 1 ? number + 1n : 0n));
  return new SemanticVersion(numbers.join("."));
}
