// Kinds and objects as users name them: `cr`, `coderuns`, `CodeRun`, `coderuns.agents.platform`, `wf/task-1`.
import type { Kind } from "../resources/kind.ts";
import { KINDS } from "../resources/kinds.ts";
import { usageError } from "./cli-error.ts";
import { closestName } from "../resources/closest-name.ts";

export interface NamedObjects {
  readonly kind: Kind;
  /** Empty: all. */
  readonly names: readonly string[];
}

/** The kind that a word stands for; a usage error with a suggestion when there is none. */
export function kindNamed(word: string): Kind {
  const wanted = word.toLowerCase();
  const found = KINDS.find((kind) => namesOf(kind).includes(wanted));
  if (found !== undefined) return found;
  const closest = closestName(wanted, KINDS.flatMap(namesOf));
  const known = KINDS.map((kind) => kind.plural).join(", ");
  throw usageError(
    `there is no kind "${word}"`,
    closest === undefined ? `use one of ${known}` : `did you mean "${closest}"? All kinds: ${known}`,
  );
}

/** `KIND[,KIND] [NAME…]` or `KIND/NAME…`. */
export function objectsNamed(words: readonly string[]): readonly NamedObjects[] {
  const [first = "", ...names] = words;
  if (words.some((word) => word.includes("/"))) return words.map(slashed);
  const kinds = first.split(",").filter((word) => word !== "");
  if (kinds.length === 0) throw usageError("no kind is named", "name one, as in `runyard get workflows`");
  if (kinds.length > 1 && names.length > 0) {
    throw usageError("several kinds cannot share one name", "write them as KIND/NAME KIND/NAME");
  }
  return kinds.map((word) => ({ kind: kindNamed(word), names }));
}

/** Exactly one object. */
export function oneObjectNamed(words: readonly string[]): { readonly kind: Kind; readonly name: string } {
  const [found, ...others] = objectsNamed(words);
  const [name, ...more] = found?.names ?? [];
  if (found === undefined || name === undefined || others.length + more.length > 0) {
    throw usageError("exactly one object must be named", "write KIND NAME or KIND/NAME");
  }
  return { kind: found.kind, name };
}

/** `coderun.agents.platform`, as kubectl names kinds in what it prints. */
export function qualifiedKind(kind: Kind): string {
  return kind.group === "" ? kind.singular : `${kind.singular}.${kind.group}`;
}

/** Every word for a kind, in lower case. */
export function namesOf(kind: Kind): readonly string[] {
  const { plural, singular, shortNames, group } = kind;
  const plain = [...new Set([plural, singular, kind.kind.toLowerCase(), ...shortNames])];
  return group === "" ? plain : [...plain, `${plural}.${group}`, `${singular}.${group}`];
}

function slashed(word: string): NamedObjects {
  const [kind = "", name = "", ...rest] = word.split("/");
  if (kind === "" || name === "" || rest.length > 0) {
    throw usageError(`"${word}" names no object`, "write every object as KIND/NAME");
  }
  return { kind: kindNamed(kind), names: [name] };
}
