// `successCondition` and `failureCondition` of resource templates: Kubernetes label selectors whose keys are paths
// into the object.
import { readPath } from "./gjson/gjson.ts";
import { formatRequirement, parseRequirements, type Requirement } from "./condition-selector.ts";
import { parseGoInt } from "./go-number.ts";
import { LanguageError } from "./language-error.ts";

export interface ResourceConditions {
  /** The object as JSON text: numbers are compared as they are written there. */
  readonly object: string;
  readonly successCondition?: string | undefined;
  readonly failureCondition?: string | undefined;
}

/**
 * Whether the step is done after one look at the object. LanguageError with the step's message when a condition is no
 * selector, and when any requirement of the failure condition holds: that is looked at first.
 */
export function evaluateResourceConditions(conditions: ResourceConditions): "succeeded" | "waiting" {
  const success = parseCondition("success", conditions.successCondition);
  const failure = parseCondition("fail", conditions.failureCondition);
  const matches = (requirement: Requirement): boolean => matchesObject(requirement, conditions.object);
  const failed = failure.find(matches);
  if (failed !== undefined) {
    throw new FailureConditionError(failed);
  }
  return success.every(matches) ? "succeeded" : "waiting";
}

/** Kubernetes stores these two under names. */
const operatorNames: ReadonlyMap<string, string> = new Map([
  [">", "gt"],
  ["<", "lt"],
]);

/** The failure condition holds. The message is the library's; `stepMessage` is what Argo's executor makes of it. */
export class FailureConditionError extends LanguageError {
  /** The requirement as Go prints the struct: key, operator, values. */
  readonly stepMessage: string;

  constructor(requirement: Requirement) {
    super(`failure condition '${formatRequirement(requirement)}' evaluated true`);
    const { key, values } = requirement;
    const operator = operatorNames.get(requirement.operator) ?? requirement.operator;
    this.stepMessage = `failure condition '{${key} ${operator} [${values.toSorted().join(" ")}]}' evaluated true`;
  }
}

function parseCondition(name: "success" | "fail", text: string | undefined): readonly Requirement[] {
  if (text === undefined || text === "") return [];
  try {
    return parseRequirements(text);
  } catch (error) {
    const { message } = error as Error;
    throw new LanguageError(`${name} condition '${text}' failed to parse: ${message}`, { cause: error });
  }
}

/** What is absent is unequal to everything, and in no list. */
function matchesObject({ key, operator, values }: Requirement, object: string): boolean {
  const { exists, text } = readPath(object, key);
  if (operator === "exists" || operator === "!") return exists === (operator === "exists");
  if (operator === ">" || operator === "<") {
    return exists && values.every((limit) => isOrdered(operator, text, limit));
  }
  const isListed = exists && values.includes(text);
  return operator === "!=" || operator === "notin" ? !isListed : isListed;
}

function isOrdered(operator: ">" | "<", text: string, limit: string): boolean {
  const value = readInteger(text);
  const other = readInteger(limit);
  if (value === undefined || other === undefined) return false;
  return operator === ">" ? value > other : value < other;
}

function readInteger(text: string): bigint | undefined {
  try {
    return parseGoInt(text);
  } catch {
    return undefined;
  }
}
