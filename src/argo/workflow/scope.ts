// The variables that a step or task sees of others: `steps.<name>.…` and `tasks.<name>.…`.
import { writeJson } from "../../languages/go-json.ts";
import type { GoValue } from "../../languages/go-value.ts";
import type { Arguments, ExportedParameter, NodeOutputs, NodeStatus, Template } from "../../resources/workflow.ts";
import { loopIndexOf } from "./loop-items.ts";
import { isFulfilled } from "./node-tree.ts";
import type { Pass } from "./pass.ts";
import type { CallReference } from "./call-reference.ts";
import { ABSENT_ARGUMENT } from "./process-arguments.ts";
import { StepError } from "./step-error.ts";
import type { TemplateSource } from "./template-lookup.ts";
import type { VariableMap } from "./variables.ts";

export type ScopePrefix = "steps" | "tasks";

export class Scope {
  readonly variables: VariableMap = new Map();
  readonly prefix: ScopePrefix;

  constructor(prefix: ScopePrefix, template: Template, outputs: ReadonlyMap<string, ExportedParameter>) {
    this.prefix = prefix;
    for (const { name, value = "" } of template.inputs?.parameters ?? []) {
      this.variables.set(`inputs.parameters.${name}`, value);
    }
    for (const { name, value } of outputs.values()) {
      this.variables.set(`workflow.outputs.parameters.${name}`, value);
    }
  }

  setStatus(name: string, status: string): void {
    this.variables.set(`${this.prefix}.${name}.status`, status);
  }

  /** All that a node gives; of a Retry node its last attempt. */
  addNode(pass: Pass, name: string, given: NodeStatus): void {
    const node = lastAttemptOf(pass, given) ?? given;
    const prefix = `${this.prefix}.${name}`;
    this.setStatus(name, node.phase);
    for (const field of ["id", "startedAt", "finishedAt", "hostNodeName"] as const) {
      const value = node[field];
      if (value !== undefined) this.variables.set(`${prefix}.${field}`, value);
    }
    this.addOutputs(name, node.outputs);
  }

  addOutputs(name: string, outputs: NodeOutputs | undefined): void {
    const prefix = `${this.prefix}.${name}`;
    if (outputs?.result !== undefined) this.variables.set(`${prefix}.outputs.result`, outputs.result);
    if (outputs?.exitCode !== undefined) this.variables.set(`${prefix}.exitCode`, outputs.exitCode);
    for (const parameter of outputs?.parameters ?? []) {
      if (parameter.value === undefined) continue;
      this.variables.set(`${prefix}.outputs.parameters.${parameter.name}`, parameter.value);
    }
  }

  /** Lists of what the children of a loop gave, in their order. */
  addAggregate(name: string, loopNodes: readonly NodeStatus[]): void {
    if (loopNodes.length === 0) return;
    const children = loopNodes.filter(({ nodeFlag }) => nodeFlag?.hooked !== true && nodeFlag?.retried !== true);
    children.sort((left, right) => loopIndexOf(left.name) - loopIndexOf(right.name));
    const outputs = children.flatMap((child) => (child.phase === "Succeeded" ? (child.outputs ?? []) : []));
    const prefix = `${this.prefix}.${name}.outputs`;
    const results = outputs.flatMap(({ result }) => (result === undefined ? [] : [compactResult(result)]));
    this.variables.set(`${prefix}.result`, `[${results.join(",")}]`);
    const sets = outputs.flatMap(({ parameters = [] }) => (parameters.length === 0 ? [] : [parameters]));
    const maps = sets.map((set) => Object.fromEntries(set.map((parameter) => [parameter.name, parameter.value ?? ""])));
    this.variables.set(`${prefix}.parameters`, writeJson(maps));
    for (const parameterName of new Set(sets.flat().map((parameter) => parameter.name))) {
      const values = sets.flat().flatMap((each) => (each.name === parameterName ? [each.value ?? ""] : []));
      this.variables.set(`${prefix}.parameters.${parameterName}`, aggregateValues(values));
    }
  }

  /**
   * Declared outputs of a step that was skipped or omitted: their default, or absent (null), so that what refers to them
   * does not wait for ever.
   */
  addSkipped(
    pass: Pass,
    node: NodeStatus,
    call: CallReference & { readonly name: string },
    source: TemplateSource,
  ): void {
    if (node.outputs !== undefined || (node.phase !== "Skipped" && node.phase !== "Omitted")) return;
    const template = findTemplate(pass, source, call);
    for (const { name, valueFrom } of template?.outputs?.parameters ?? []) {
      this.variables.set(`${this.prefix}.${call.name}.outputs.parameters.${name}`, valueFrom?.default ?? null);
    }
  }

  /** Arguments that are nothing but a reference to an absent output are marked before tags are replaced. */
  markAbsent(given: Arguments): Arguments {
    const isAbsent = (value: string | undefined): boolean => {
      const name = /^\{\{([^{}]*)\}\}$/.exec(value ?? "")?.[1]?.trim();
      return name !== undefined && this.variables.get(name) === null;
    };
    if (given.parameters?.some(({ value }) => isAbsent(value)) !== true) return given;
    const parameters = given.parameters.map((parameter) =>
      isAbsent(parameter.value) ? { ...parameter, value: ABSENT_ARGUMENT } : parameter,
    );
    return { ...given, parameters };
  }
}

/** The last attempt of a Retry node; hooks among its children do not count. */
export function lastAttemptOf(pass: Pass, node: NodeStatus): NodeStatus | undefined {
  if (node.type !== "Retry") return undefined;
  return pass.nodes.childNodesOf(node.id).findLast(({ nodeFlag }) => nodeFlag?.hooked !== true);
}

/** True when no hook of the node is under way. */
export function areHooksFulfilled(pass: Pass, node: NodeStatus): boolean {
  return pass.nodes.childNodesOf(node.id).every((child) => child.nodeFlag?.hooked !== true || isFulfilled(child.phase));
}

function findTemplate(pass: Pass, source: TemplateSource, call: CallReference): Template | undefined {
  try {
    return pass.templates.resolve(source, call).template;
  } catch (error) {
    if (error instanceof StepError) return undefined;
    throw error;
  }
}

/** A child's result must be JSON to become a member of the list. */
function compactResult(result: string): string {
  try {
    return result.trim() === "" ? failResult(result) : writeJsonText(result);
  } catch (error) {
    if (error instanceof SyntaxError) return failResult(result);
    throw error;
  }
}

function failResult(result: string): never {
  const character = result.trim().slice(0, 1);
  const reason =
    character === ""
      ? "unexpected end of JSON input"
      : `invalid character '${character}' looking for beginning of value`;
  throw new StepError(reason);
}

/** Only white space between tokens goes away: numbers and texts stay as they were written. */
function writeJsonText(text: string): string {
  JSON.parse(text);
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? token : ""));
}

/** Values that are all lists or objects stand in the list as such, otherwise all are strings. */
function aggregateValues(values: readonly string[]): string {
  const parsed = values.map(parseContainer);
  const list = parsed.every((value) => value !== undefined) ? (parsed as readonly GoValue[]) : values;
  return writeJson(list);
}

function parseContainer(text: string): GoValue | undefined {
  try {
    const value = JSON.parse(text) as GoValue;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
