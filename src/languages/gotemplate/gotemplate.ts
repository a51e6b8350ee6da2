// Go text/template with sprig's functions, as in the parameters and filters of Sensors.
import { goTypeName, printGoValue } from "../go-format.ts";
import type { GoFunction } from "../go-function.ts";
import { sortedEntries } from "../go-json.ts";
import { isGoList, isGoMap, type GoValue, type LanguageSources } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { sprigLibrary } from "../sprig/sprig.ts";
import { PipelineEvaluator } from "./evaluate-pipeline.ts";
import { parseTemplate } from "./parse-template.ts";
import { isTrue, TEMPLATE_FUNCTIONS } from "./template-functions.ts";
import type { ParsedTemplate, Pipeline, TemplateNode } from "./template-node.ts";

/** Characters that a template may print. */
const OUTPUT_LENGTH_MAX = 4_000_000;
/** Passes of all ranges together. */
const PASSES_MAX = 1_000_000;
/** Templates that may call each other. */
const CALL_DEPTH_MAX = 100;

/**
 * The text that the template prints with `data` as its dot; a missing value prints `<no value>`.
 * LanguageError for a template that does not parse, or fails with this data.
 */
export function renderGoTemplate(text: string, data: GoValue, sources: LanguageSources): string {
  const functions = new Map<string, GoFunction>([...TEMPLATE_FUNCTIONS, ...sprigLibrary(sources)]);
  const parsed = parseTemplate(text, new Set([...functions.keys(), "and", "or", "call"]));
  return new TemplateRun(parsed, functions).render(data);
}

/** How a list of nodes ended. */
type Flow = "next" | "break" | "continue";

/** Go's "no value": what a missing key gives. */
type Value = GoValue | undefined;

class TemplateRun {
  readonly #parsed: ParsedTemplate;
  readonly #functions: ReadonlyMap<string, GoFunction>;
  #output = "";
  #passes = 0;
  #depth = 0;
  #scope: PipelineEvaluator;

  constructor(parsed: ParsedTemplate, functions: ReadonlyMap<string, GoFunction>) {
    this.#parsed = parsed;
    this.#functions = functions;
    this.#scope = new PipelineEvaluator(functions, undefined);
  }

  render(data: Value): string {
    this.#scope = new PipelineEvaluator(this.#functions, data);
    this.#nodes(this.#parsed.nodes, data);
    return this.#output;
  }

  #nodes(nodes: readonly TemplateNode[], dot: Value): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, dot);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  #node(node: TemplateNode, dot: Value): Flow {
    switch (node.kind) {
      case "text":
        this.#print(node.text);
        return "next";
      case "action": {
        const value = this.#scope.pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) this.#print(value === undefined ? "<no value>" : printGoValue(value));
        return "next";
      }
      case "if":
      case "with":
        return this.#scoped(() => {
          const value = this.#scope.pipeline(node.pipeline, dot);
          if (!isTrue(value ?? null)) return this.#nodes(node.otherwise, dot);
          return this.#nodes(node.body, node.kind === "with" ? value : dot);
        });
      case "range":
        return this.#scoped(() => this.#range(node, dot));
      case "template":
        this.#call(node.name, node.pipeline === undefined ? undefined : this.#scope.pipeline(node.pipeline, dot));
        return "next";
      case "break":
      case "continue":
        return node.kind;
    }
  }

  #print(text: string): void {
    this.#output += text;
    if (this.#output.length > OUTPUT_LENGTH_MAX) {
      throw new LanguageError(`template: more than ${OUTPUT_LENGTH_MAX} characters`);
    }
  }

  #scoped(run: () => Flow): Flow {
    const count = this.#scope.variableCount;
    const flow = run();
    this.#scope.forgetVariables(count);
    return flow;
  }

  #range(node: TemplateNode & { readonly kind: "if" | "with" | "range" }, dot: Value): Flow {
    const value = this.#scope.pipelineValue(node.pipeline, dot);
    const items = itemsOf(value, node.pipeline);
    let isEmpty = true;
    for (const [key, item] of items) {
      isEmpty = false;
      this.#passes += 1;
      if (this.#passes > PASSES_MAX) throw new LanguageError(`template: more than ${PASSES_MAX} passes of ranges`);
      const count = this.#scope.variableCount;
      this.#scope.setRangeVariables(node.pipeline, key, item);
      const flow = this.#nodes(node.body, item);
      this.#scope.forgetVariables(count);
      if (flow === "break") break;
    }
    return isEmpty ? this.#nodes(node.otherwise, dot) : "next";
  }

  #call(name: string, data: Value): void {
    const nodes = this.#parsed.definitions.get(name);
    if (nodes === undefined) throw new LanguageError(`template "${name}" not defined`);
    this.#depth += 1;
    if (this.#depth > CALL_DEPTH_MAX) throw new LanguageError("exceeded maximum template depth");
    const outer = this.#scope;
    this.#scope = new PipelineEvaluator(this.#functions, data);
    this.#nodes(nodes, data);
    this.#scope = outer;
    this.#depth -= 1;
  }
}

function* itemsOf(value: Value, pipeline: Pipeline): Generator<readonly [GoValue, Value]> {
  if (value === undefined || value === null) return;
  if (typeof value === "bigint") {
    if (pipeline.variables.length > 1) {
      throw new LanguageError(`can't use ${value} to iterate over more than one variable`);
    }
    for (let count = 0n; count < value; count += 1n) yield [count, count];
    return;
  }
  if (isGoList(value)) {
    for (const [at, item] of value.entries()) yield [BigInt(at), item];
    return;
  }
  if (!isGoMap(value)) {
    throw new LanguageError(`range can't iterate over ${printGoValue(value)} of type ${goTypeName(value)}`);
  }
  yield* sortedEntries(value);
}
