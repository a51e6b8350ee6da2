// Where the inputs of a template get their values.
import { describe, expect, it } from "vitest";
import { PureWorkflow, type PureWorkflowOptions } from "../../support/pure-workflow.ts";

const GREETING = "{ name: texts, key: greeting }";
const texts = { greeting: "hello" };

interface Given extends PureWorkflowOptions {
  /** Fields of the input parameter `text`. */
  readonly input?: string;
  /** Fields of the argument `text`; without it none is given. */
  readonly argument?: string;
}

/** A step `a` that is skipped, and a step `b` that is told a text. */
function run({ input = "", argument, ...options }: Given): PureWorkflow {
  const given = argument === undefined ? "" : `, arguments: { parameters: [{ name: text, ${argument} }] }`;
  return new PureWorkflow(
    `
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: writer, when: "false" }]
  - [{ name: b, template: say${given} }]
- name: writer
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x }
- name: say
  inputs: { parameters: [{ name: text${input} }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
`,
    options,
  ).settle();
}

function said(given: Given): string | undefined {
  return run(given).steps.get("wf[1].b")?.template.container?.command?.[1];
}

/** Why step `b` erred. */
function errorOf(given: Given): string | undefined {
  const { phase, message } = run(given).node("b") ?? {};
  return phase === "Error" ? message : undefined;
}

describe("an input", () => {
  it("may be the value of a ConfigMap", () => {
    expect(said({ input: `, valueFrom: { configMapKeyRef: ${GREETING} }`, parameterMaps: { texts } })).toBe("hello");
  });

  it("is what the caller gives, else its own value, else its default", () => {
    const input = ", value: own, default: usual";

    expect(said({ input })).toBe("own");
    expect(said({ input: ", default: usual" })).toBe("usual");
    expect(said({ input, argument: "value: given" })).toBe("given");
  });

  it("may be what the caller has from a ConfigMap", () => {
    const argument = `valueFrom: { configMapKeyRef: ${GREETING} }`;

    expect(said({ argument, input: ", default: usual", parameterMaps: { texts } })).toBe("hello");
  });
});

it("a workflow does not start when an input has no value at all", () => {
  const { phase, message } = run({});

  expect(phase).toBe("Failed");
  expect(message).toContain("inputs.parameters.text was not supplied");
});

describe("an input from a ConfigMap", () => {
  const input = `, valueFrom: { configMapKeyRef: ${GREETING}, default: quiet }`;

  it("has its default when the ConfigMap or its key does not exist", () => {
    expect(said({ input })).toBe("quiet");
    expect(said({ input, parameterMaps: { texts: { other: "x" } } })).toBe("quiet");
  });

  it("is an error without a default", () => {
    const message = errorOf({ input: `, valueFrom: { configMapKeyRef: ${GREETING} }`, parameterMaps: { texts: {} } });

    expect(message).toBe(
      "unable to retrieve inputs.parameters.text from ConfigMap: ConfigMap 'texts' does not have the key 'greeting'",
    );
  });

  it("is an error even with a default when the ConfigMap lacks the label for parameters", () => {
    const message = errorOf({ input, configMaps: { texts } });

    expect(message).toContain(
      "ConfigMap 'texts' needs to have the label workflows.argoproj.io/configmap-type: Parameter",
    );
  });
});

describe("an input whose argument is the output of a step that was skipped", () => {
  const argument = `value: "{{steps.a.outputs.parameters.out}}"`;

  it("has its default, from wherever it is", () => {
    const input = `, valueFrom: { configMapKeyRef: ${GREETING} }`;

    expect(said({ argument, input: ", default: usual" })).toBe("usual");
    expect(said({ argument, input, parameterMaps: { texts } })).toBe("hello");
  });

  it("is an error without one", () => {
    expect(errorOf({ argument })).toContain("argument references an absent optional");
  });
});
