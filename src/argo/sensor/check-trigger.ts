// What must hold for a trigger before any event comes.
import { parseGoDurationNanoseconds } from "../../languages/duration.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { ResourceTrigger, RetryStrategy, SensorTrigger, TriggerParameter } from "../../resources/sensor.ts";
import { checkField, type FieldProblem } from "../event-fields.ts";
import { parseConditions } from "./conditions.ts";

interface Place {
  readonly path: string;
  readonly problems: FieldProblem[];
}

export function checkTrigger(trigger: SensorTrigger, dependencies: readonly string[], place: Place): void {
  const { template } = trigger;
  const at = (name: string): Place => ({ path: `${place.path}.${name}`, problems: place.problems });
  const kinds = (["k8s", "argoWorkflow", "log"] as const).filter((kind) => template[kind] !== undefined);
  if (kinds.length !== 1) {
    add(at("template"), `needs exactly one of k8s, argoWorkflow and log, has ${kinds.join(" and ") || "none"}`);
  }
  // It becomes the value of a label of what the trigger makes.
  if (!/^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(template.name)) {
    add(at("template.name"), `must be a valid label value, is "${template.name}"`);
  }
  checkField(at("template.conditions"), () => parseConditions(template.conditions, dependencies));
  checkParameters(trigger.parameters, dependencies, at("parameters"));
  if (template.k8s !== undefined) checkResource(template.k8s, K8S_OPERATIONS, at("template.k8s"));
  if (template.argoWorkflow !== undefined)
    checkResource(template.argoWorkflow, ["submit"], at("template.argoWorkflow"));
  // Parameters of the trigger may still fill in those of its template.
  if ((trigger.parameters ?? []).length === 0) {
    checkParameters(template.k8s?.parameters, dependencies, at("template.k8s.parameters"));
    checkParameters(template.argoWorkflow?.parameters, dependencies, at("template.argoWorkflow.parameters"));
  }
  checkField(at("retryStrategy"), () => checkRetry(trigger.retryStrategy));
  checkDeadLetters(trigger, dependencies, place);
}

const K8S_OPERATIONS = ["", "create", "update", "patch", "delete"];
const MERGE_PATCH = "application/merge-patch+json";

function checkDeadLetters(trigger: SensorTrigger, dependencies: readonly string[], { path, problems }: Place): void {
  const { dlqTrigger } = trigger;
  if (dlqTrigger === undefined) return;
  if (trigger.atLeastOnce !== true || dlqTrigger.atLeastOnce !== true) {
    problems.push({ path: `${path}.dlqTrigger`, message: "needs atLeastOnce: true in the trigger and in itself" });
  }
  if (dlqTrigger.dlqTrigger !== undefined) {
    problems.push({
      path: `${path}.dlqTrigger.dlqTrigger`,
      message: "is never used: there is one dead letter trigger",
    });
  }
  checkTrigger({ ...dlqTrigger, template: dlqTrigger.template }, dependencies, {
    path: `${path}.dlqTrigger`,
    problems,
  });
}

function checkResource(trigger: ResourceTrigger, operations: readonly string[], place: Place): void {
  const { operation = "", patchStrategy = MERGE_PATCH, source } = trigger;
  if (!operations.includes(operation)) {
    add(
      { ...place, path: `${place.path}.operation` },
      `must be one of ${operations.filter(Boolean).join(", ")}, is "${operation}"`,
    );
  }
  if (patchStrategy !== MERGE_PATCH && patchStrategy !== "") {
    add({ ...place, path: `${place.path}.patchStrategy` }, `must be ${MERGE_PATCH}, is "${patchStrategy}"`);
  }
  const { apiVersion, kind } = source.resource as { apiVersion?: unknown; kind?: unknown };
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    add({ ...place, path: `${place.path}.source.resource` }, "must be an object with apiVersion and kind");
  }
}

function checkParameters(
  parameters: readonly TriggerParameter[] | undefined,
  dependencies: readonly string[],
  { path, problems }: Place,
): void {
  parameters?.forEach(({ src, dest, operation = "" }, at) => {
    const place = (name: string): Place => ({ path: `${path}[${at}].${name}`, problems });
    if (!dependencies.includes(src.dependencyName)) {
      add(place("src.dependencyName"), `there is no dependency with the name ${src.dependencyName}`);
    }
    if (dest === "") add(place("dest"), "is empty");
    if (!["", "overwrite", "append", "prepend"].includes(operation)) {
      add(place("operation"), `must be overwrite, append or prepend, is "${operation}"`);
    }
  });
}

const STEPS_MAX = 1000;

function checkRetry(strategy: RetryStrategy | undefined): void {
  const { steps = 0, duration } = strategy ?? {};
  if (steps < 0 || steps > STEPS_MAX) throw new LanguageError(`steps must be from 0 to ${STEPS_MAX}, is ${steps}`);
  if (typeof duration === "string") parseGoDurationNanoseconds(duration);
}

function add({ path, problems }: Place, message: string): void {
  problems.push({ path, message });
}
