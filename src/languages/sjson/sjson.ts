// Writes values into JSON text by sjson paths, as Sensors do with their parameters. What is not touched keeps its bytes.
import { readPath } from "../gjson/gjson.ts";
import { membersOf, MISSING, parseGjson } from "../gjson/gjson-result.ts";
import { quoteJson } from "../go-json.ts";
import { LanguageError } from "../language-error.ts";

/** An index beyond the end pads a list with nulls; a wrong index must not fill the memory. */
const INDEX_MAX = 10_000;

/** Writes a string. A path with a query that finds nothing changes nothing. LanguageError where the path cannot be written. */
export function writePath(json: string, path: string, value: string): string {
  return writeRawPath(json, path, quoteSjson(value));
}

/** Writes JSON text as it is. */
export function writeRawPath(json: string, path: string, raw: string): string {
  if (path === "") throw new LanguageError("path cannot be empty");
  const steps = readSteps(path);
  return steps === undefined ? writeToFound(json, path, raw) : writeSteps(json, steps, raw);
}

interface Step {
  /** The member's name. */
  readonly name: string;
  /** The name as a gjson path. */
  readonly path: string;
  /** `:12` is a name although it is a number. */
  readonly isForced: boolean;
}

/** The names of a path; undefined when it has wildcards, queries, modifiers or pipes, which only find what is there. */
function readSteps(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let step = { name: "", path: "", isForced: path.startsWith(":") };
  for (let at = step.isForced ? 1 : 0; at < path.length; at += 1) {
    const character = path.charAt(at);
    if (character === ".") {
      steps.push(step);
      step = { name: "", path: "", isForced: path[at + 1] === ":" };
      if (step.isForced) at += 1;
    } else if ("|#@*?".includes(character)) return undefined;
    else if (character === "\\") {
      at += 1;
      step.name += path.charAt(at);
      step.path += `\\${path.charAt(at)}`;
    } else {
      step.name += character;
      step.path += character;
    }
  }
  return [...steps, step];
}

/** The list index that a name stands for; as in sjson an empty name is 0. */
function indexOf({ name, isForced }: Step): number | undefined {
  if (isForced || !/^\d*$/.test(name)) return undefined;
  if (Number(name) > INDEX_MAX) throw new LanguageError(`the index ${name} is greater than ${INDEX_MAX}`);
  return Number(name);
}

function isAppend({ name, isForced }: Step): boolean {
  return name === "-1" && !isForced;
}

function writeToFound(json: string, path: string, raw: string): string {
  const found = readPath(json, path);
  const places = found.index > 0 ? [found.index] : [...found.indexes].sort((left, right) => left - right);
  return places.reduceRight((text, place) => {
    const length = place === found.index ? found.raw.length : parseAt(json, place);
    return text.slice(0, place) + raw + text.slice(place + length);
  }, json);
}

function parseAt(json: string, place: number): number {
  const [first = { value: MISSING }] = membersOf(parseGjson(`[${json.slice(place)}`));
  return first.value.raw.length;
}

function writeSteps(json: string, steps: readonly Step[], raw: string): string {
  const [step, ...rest] = steps;
  if (step === undefined) return raw;
  const found = readPath(json, step.path);
  if (found.index > 0) {
    return json.slice(0, found.index) + writeSteps(found.raw, rest, raw) + json.slice(found.index + found.raw.length);
  }
  return addMember(json, [step, ...rest], raw);
}

/** What is left of a path where the text has nothing more of it. */
type NewSteps = readonly [Step, ...Step[]];

/** Adds what the text does not have yet: to its object or list, or in place of its scalar. */
function addMember(json: string, steps: NewSteps, raw: string): string {
  const [step] = steps;
  const index = indexOf(step);
  if (json.trim() === "")
    return index === undefined ? `{${build(steps, raw, false)}}` : `[${padding(index)}${build(steps, raw, true)}]`;
  const parsed = parseGjson(json);
  const container = parsed.type === "JSON" ? parsed.raw : index === undefined ? "{}" : "[]";
  const isEmpty = /^.\s*(?:[}\]]|$)/s.test(container);
  const comma = isEmpty ? "" : ",";
  if (container.startsWith("{")) {
    return `${container.slice(0, container.lastIndexOf("}"))}${comma}${build(steps, raw, false)}}`;
  }
  if (isAppend(step)) return `${container.trimEnd().replace(/\]$/, "")}${comma}${build(steps, raw, true)}]`;
  if (index === undefined) {
    throw new LanguageError(`cannot set array element for non-numeric key '${step.name}'`);
  }
  const items = membersOf(parseGjson(container)).map((member) => member.value.raw);
  while (items.length < index) items.push("null");
  return `[${[...items, build(steps, raw, true)].join(",")}]`;
}

/** The text of a new member: its name unless it stands in a list, and what the rest of the path builds. */
function build([step, next, ...behind]: NewSteps, raw: string, isItem: boolean): string {
  const name = isItem ? "" : `${quoteSjson(step.name)}:`;
  if (next === undefined) return name + raw;
  const rest: NewSteps = [next, ...behind];
  const index = indexOf(next);
  if (index === undefined && !isAppend(next)) return `${name}{${build(rest, raw, false)}}`;
  return `${name}[${padding(index ?? 0)}${build(rest, raw, true)}]`;
}

function padding(index: number): string {
  return "null,".repeat(index);
}

/** sjson escapes `<`, `>` and `&` only in strings that need another escape too. */
function quoteSjson(text: string): string {
  return /^[\u0020\u0021\u0023-\u005b\u005d-\u007f]*$/.test(text) ? `"${text}"` : quoteJson(text);
}
