// Evaluates the pipelines of a Go template: variables, fields, methods and calls with text/template's checks.
import { goTypeName } from "../go-format.ts";
import {
  checkArgumentCount,
  fitsParameter,
  goTypeOfParameter,
  parameterAt,
  type GoFunction,
  type GoParameter,
} from "../go-function.ts";
import { GoObject, isGoMap, type GoValue } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { isTrue } from "./template-functions.ts";
import { isNamed, type Command, type Operand, type Pipeline } from "./template-node.ts";

/** Go's "no value" is undefined. */
type Value = GoValue | undefined;

/** An argument that comes from the stage before; absent in the first stage. */
interface Piped {
  readonly value: Value;
}

interface Variable {
  readonly name: string;
  value: Value;
}

export class PipelineEvaluator {
  readonly #functions: ReadonlyMap<string, GoFunction>;
  readonly #variables: Variable[];

  constructor(functions: ReadonlyMap<string, GoFunction>, data: Value) {
    this.#functions = functions;
    this.#variables = [{ name: "$", value: data }];
  }

  get variableCount(): number {
    return this.#variables.length;
  }

  forgetVariables(count: number): void {
    this.#variables.length = count;
  }

  /** The value, after it was given to the pipeline's variables. */
  pipeline(pipeline: Pipeline, dot: Value): Value {
    const value = this.pipelineValue(pipeline, dot);
    for (const name of pipeline.variables) this.#set(name, value, pipeline.isAssignment);
    return value;
  }

  pipelineValue(pipeline: Pipeline, dot: Value): Value {
    const [first, ...stages] = pipeline.commands;
    // A nil interface becomes "no value" between stages, as reflect unpacks it.
    let value = this.#command(first, dot, undefined) ?? undefined;
    for (const stage of stages) value = this.#command(stage, dot, { value }) ?? undefined;
    return value;
  }

  setRangeVariables({ variables, isAssignment }: Pipeline, key: GoValue, item: Value): void {
    const [first, second] = variables;
    if (first === undefined) return;
    this.#set(first, second === undefined ? item : key, isAssignment);
    if (second !== undefined) this.#set(second, item, isAssignment);
  }

  #set(name: string, value: Value, isAssignment: boolean): void {
    if (!isAssignment) this.#variables.push({ name, value });
    else for (const variable of this.#variablesOf(name)) variable.value = value;
  }

  #variable(name: string): Value {
    const [value] = this.#variablesOf(name).map((variable) => variable.value);
    return value;
  }

  /** The innermost one of that name; the parser has seen that there is one. */
  #variablesOf(name: string): readonly Variable[] {
    return this.#variables.filter((variable) => variable.name === name).slice(-1);
  }

  #command([first, ...rest]: Command, dot: Value, piped: Piped | undefined): Value {
    if (first.kind === "function") return this.#call(first.name, { rest, dot, piped });
    if (rest.length === 0 && piped === undefined) return this.#operand(first, dot);
    const name = isNamed(first) ? first.names.at(-1) : undefined;
    if (!isNamed(first) || name === undefined) throw new LanguageError("can't give argument to non-function");
    const receiver = this.#operand({ ...first, names: first.names.slice(0, -1) }, dot);
    return this.#method({ receiver, name }, { rest, dot, piped });
  }

  #operand(operand: Operand, dot: Value): Value {
    switch (operand.kind) {
      case "dot":
        return dot;
      case "nil":
        throw new LanguageError("nil is not a command");
      case "boolean":
      case "string":
        return operand.value;
      case "number":
        return operand.constant;
      case "field":
        return fieldOf(dot, operand.names);
      case "variable":
        return fieldOf(this.#variable(operand.name), operand.names);
      case "pipeline":
        return fieldOf(this.pipeline(operand.pipeline, dot), operand.names);
      case "call":
        return fieldOf(this.#call(operand.name, { rest: [], dot, piped: undefined }), operand.names);
      case "function":
        return this.#call(operand.name, { rest: [], dot, piped: undefined });
    }
  }

  #method({ receiver, name }: { readonly receiver: Value; readonly name: string }, call: Call): Value {
    const method = receiver instanceof GoObject ? receiver.method(name) : undefined;
    if (method === undefined) throw new LanguageError(`${name} is not a method but has arguments`);
    const args = call.rest.map((operand) => this.#argument(operand, "any", call.dot));
    return method(...args, ...(call.piped === undefined ? [] : [call.piped.value ?? null]));
  }

  #call(name: string, call: Call): Value {
    if (name === "and" || name === "or") return this.#shortCircuit(name, call);
    const callee = this.#functions.get(name);
    // Of the names that the parser lets pass only `call` is none of these: nothing in the data is a function.
    if (callee === undefined) throw new LanguageError(`error calling ${name}: non-function`);
    checkArgumentCount(callee, call.rest.length + (call.piped === undefined ? 0 : 1));
    const args = call.rest.map((operand, at) => this.#argument(operand, parameterAt(callee, at), call.dot));
    if (call.piped !== undefined) args.push(checkType(call.piped.value, parameterAt(callee, args.length)));
    return recover(
      () => callee.call(args),
      (cause) => {
        throw new LanguageError(`error calling ${name}: ${cause.message}`, { cause });
      },
    );
  }

  /** The first argument that decides, or the last one. */
  #shortCircuit(name: "and" | "or", { rest, dot, piped }: Call): Value {
    if (rest.length === 0 && piped === undefined) {
      throw new LanguageError(`wrong number of args for ${name}: want at least 1 got 0`);
    }
    let value: Value;
    for (const operand of rest) {
      value = this.#argument(operand, "any", dot);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped === undefined ? value : piped.value;
  }

  #argument(operand: Operand, parameter: GoParameter, dot: Value): GoValue {
    switch (operand.kind) {
      case "nil":
        if (fitsParameter(null, parameter)) return null;
        throw new LanguageError(`cannot assign nil to ${goTypeOfParameter(parameter)}`);
      case "number":
        if (parameter === "float64") return operand.float;
        if (parameter === "int" && operand.integer !== undefined) return operand.integer;
        return checkType(operand.constant, parameter);
      default:
        return checkType(this.#operand(operand, dot), parameter);
    }
  }
}

interface Call {
  readonly rest: readonly Operand[];
  readonly dot: Value;
  readonly piped: Piped | undefined;
}

function checkType(value: Value, parameter: GoParameter): GoValue {
  const given = value ?? null;
  if (fitsParameter(given, parameter)) return given;
  const expected = goTypeOfParameter(parameter);
  if (value === undefined) throw new LanguageError(`invalid value; expected ${expected}`);
  throw new LanguageError(`wrong type for value; expected ${expected}; got ${goTypeName(given)}`);
}

/** A missing key has no value, and neither have its fields; a field of nil or of a scalar is an error. */
function fieldOf(value: Value, names: readonly string[]): Value {
  let at = value;
  for (const name of names) {
    if (at === undefined) return undefined;
    if (at === null) throw new LanguageError(`nil pointer evaluating interface {}.${name}`);
    if (at instanceof GoObject) {
      const method = at.method(name);
      if (method === undefined) throw new LanguageError(`can't evaluate field ${name} in type ${at.goType}`);
      at = method();
    } else if (isGoMap(at)) at = Object.hasOwn(at, name) ? at[name] : undefined;
    else throw new LanguageError(`can't evaluate field ${name} in type ${goTypeName(at)}`);
  }
  return at;
}
