// Turns a stored Sensor spec into the typed one. What could only fail later, with an event, fails here where it can:
// names, conditions, patterns, expressions, templates, operations.
import { compileRegexp } from "../../languages/go-regexp.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { checkExpression } from "../../languages/when/evaluate-parameters.ts";
import type { DataFilter, EventDependency, SensorSpec, SensorTrigger } from "../../resources/sensor.ts";
import { checkField, readFields, type FieldProblem } from "../event-fields.ts";
import { checkTrigger } from "./check-trigger.ts";
import { filterTime } from "./filter-time.ts";
import { SENSOR_FIELDS } from "./supported-sensor-fields.ts";

export type ParsedSensor =
  | { readonly isValid: true; readonly spec: SensorSpec }
  | { readonly isValid: false; readonly problems: readonly FieldProblem[] };

export function parseSensor(value: unknown): ParsedSensor {
  const problems: FieldProblem[] = [];
  const spec = readFields(value, SENSOR_FIELDS, { path: "spec", problems }) as unknown as SensorSpec;
  if (problems.length === 0) checkSpec(spec, problems);
  return problems.length === 0 ? { isValid: true, spec } : { isValid: false, problems };
}

function checkSpec({ dependencies, triggers }: SensorSpec, problems: FieldProblem[]): void {
  if (dependencies.length === 0) problems.push({ path: "spec.dependencies", message: "has no entries" });
  if (triggers.length === 0) problems.push({ path: "spec.triggers", message: "has no entries" });
  checkUnique(
    dependencies.map((entry) => entry.name),
    { path: "spec.dependencies", problems },
  );
  checkUnique(
    triggers.map((entry) => entry.template.name),
    { path: "spec.triggers", problems },
  );
  dependencies.forEach((dependency, at) => checkDependency(dependency, `spec.dependencies[${at}]`, problems));
  const names = dependencies.map((dependency) => dependency.name);
  triggers.forEach((trigger: SensorTrigger, at) =>
    checkTrigger(trigger, names, { path: `spec.triggers[${at}]`, problems }),
  );
}

function checkUnique(names: readonly string[], { path, problems }: { path: string; problems: FieldProblem[] }): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) problems.push({ path, message: `has the name ${twice} twice` });
}

function checkDependency(dependency: EventDependency, path: string, problems: FieldProblem[]): void {
  const { filters } = dependency;
  const check = (at: string, action: () => unknown): void => checkField({ path: `${path}.${at}`, problems }, action);
  check("filtersLogicalOperator", () => checkOperator(dependency.filtersLogicalOperator));
  check("filters.exprLogicalOperator", () => checkOperator(filters?.exprLogicalOperator));
  check("filters.dataLogicalOperator", () => checkOperator(filters?.dataLogicalOperator));
  filters?.exprs?.forEach((filter, at) => check(`filters.exprs[${at}].expr`, () => checkExpression(filter.expr)));
  filters?.data?.forEach((filter, at) => check(`filters.data[${at}]`, () => checkData(filter)));
  if (filters?.time !== undefined) {
    const { time } = filters;
    check("filters.time", () => filterTime(time, "2024-01-01T00:00:00Z"));
  }
}

function checkOperator(operator: string | undefined): void {
  if (!["and", "or", "", undefined].includes(operator))
    throw new LanguageError(`must be "and" or "or", is "${operator}"`);
}

const COMPARATORS: Readonly<Record<string, readonly string[]>> = {
  bool: ["", "="],
  number: ["", "=", "!=", ">", ">=", "<", "<="],
  string: ["", "=", "!="],
};

/** Stricter than Argo Events, where a comparator that a type does not know is ignored or never matches. */
function checkData({ path, type, value = [], comparator = "" }: DataFilter): void {
  const comparators = COMPARATORS[type];
  if (comparators === undefined) throw new LanguageError(`the type must be bool, number or string, is "${type}"`);
  if (!comparators.includes(comparator)) {
    throw new LanguageError(`the comparator "${comparator}" does nothing for the type ${type}`);
  }
  if (path === "") throw new LanguageError("the path is empty");
  if (value.length === 0) throw new LanguageError("the value has no entries");
  if (type === "string") value.forEach((pattern) => compileRegexp(pattern));
}
