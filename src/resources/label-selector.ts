// Label selectors as kubectl and the API write them: `a=b,c in (d,e),!f`.
// Source: "Labels and Selectors" of the Kubernetes documentation, section "API".
import { isLabelValue, isQualifiedName } from "./object-name.ts";

export type LabelRequirement =
  | { readonly kind: "in"; readonly key: string; readonly values: readonly string[] }
  /** Also matches objects without the label, as the document says. */
  | { readonly kind: "notIn"; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: "exists"; readonly key: string }
  | { readonly kind: "doesNotExist"; readonly key: string }
  /** Compares integers; a label that is missing or no integer does not match. */
  | { readonly kind: "greaterThan" | "lessThan"; readonly key: string; readonly value: number };

/** All requirements must hold; an empty list matches everything. */
export type LabelSelector = readonly LabelRequirement[];

export class LabelSelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LabelSelectorError";
  }
}

const KEY = "[^\\s,!=<>()]+";
const REQUIREMENT = new RegExp(
  `^\\s*(?:!\\s*(?<absent>${KEY})|(?<key>${KEY})(?:\\s+(?<set>in|notin)\\s*\\((?<values>[^()]*)\\)|\\s*(?<operator>==|=|!=|>|<)\\s*(?<value>[^\\s,!=<>()]*))?)\\s*(?<end>,|$)`,
);

/** Parses the text form. Throws LabelSelectorError with the place and the reason. */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements: LabelRequirement[] = [];
  let rest = text;
  let isOpen = rest.trim() !== "";
  while (isOpen) {
    const match = REQUIREMENT.exec(rest);
    if (match?.groups === undefined) {
      throw new LabelSelectorError(`label selector "${text}": cannot read a requirement at "${rest.trim()}"`);
    }
    requirements.push(requirementOf(match.groups, text));
    rest = rest.slice(match[0].length);
    isOpen = match.groups["end"] === ",";
  }
  return requirements;
}

function requirementOf(groups: Readonly<Record<string, string | undefined>>, text: string): LabelRequirement {
  const absent = groups["absent"];
  if (absent !== undefined) return { kind: "doesNotExist", key: checkedKey(absent, text) };
  const key = checkedKey(String(groups["key"]), text);
  const set = groups["set"];
  if (set !== undefined) {
    const values = String(groups["values"])
      .split(",")
      .map((value) => checkedValue(value.trim(), text));
    return { kind: set === "in" ? "in" : "notIn", key, values };
  }
  const value = groups["value"] ?? "";
  switch (groups["operator"]) {
    case "=":
    case "==":
      return { kind: "in", key, values: [checkedValue(value, text)] };
    case "!=":
      return { kind: "notIn", key, values: [checkedValue(value, text)] };
    case ">":
      return { kind: "greaterThan", key, value: checkedInteger(value, text) };
    case "<":
      return { kind: "lessThan", key, value: checkedInteger(value, text) };
    default:
      return { kind: "exists", key };
  }
}

function checkedKey(key: string, text: string): string {
  if (isQualifiedName(key)) return key;
  throw new LabelSelectorError(`label selector "${text}": "${key}" is no legal label key`);
}

function checkedValue(value: string, text: string): string {
  if (isLabelValue(value)) return value;
  throw new LabelSelectorError(`label selector "${text}": "${value}" is no legal label value`);
}

function checkedInteger(value: string, text: string): number {
  if (/^-?\d+$/.test(value)) return Number(value);
  throw new LabelSelectorError(`label selector "${text}": "${value}" must be an integer after < or >`);
}

/** True when every requirement holds for these labels. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> | undefined): boolean {
  return selector.every((requirement) => holds(requirement, labels?.[requirement.key]));
}

function holds(requirement: LabelRequirement, value: string | undefined): boolean {
  switch (requirement.kind) {
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "notIn":
      return value === undefined || !requirement.values.includes(value);
    case "exists":
      return value !== undefined;
    case "doesNotExist":
      return value === undefined;
    case "greaterThan":
      return compareInteger(value, (integer) => integer > requirement.value);
    case "lessThan":
      return compareInteger(value, (integer) => integer < requirement.value);
  }
}

function compareInteger(value: string | undefined, compare: (integer: number) => boolean): boolean {
  return value !== undefined && /^-?\d+$/.test(value) && compare(Number(value));
}
