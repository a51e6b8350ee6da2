// When a step is tried again: policies, expressions, limits and their ends.
import { describe, expect, it } from "vitest";
import { PureWorkflow, START } from "../../support/pure-workflow.ts";

function retried(strategy: string, more = ""): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
${more}
templates:
- name: main
  retryStrategy: ${strategy}
  container: { image: x, command: [run] }
`).settle();
}

describe("a policy", () => {
  it.each([
    ["OnFailure", ["wf(1)"]],
    ["Always", ["wf(1)"]],
    ["OnError", []],
    ["OnTransientError", []],
  ])("%s decides whether a failed pod is tried again", (policy, running) => {
    const run = retried(`{ limit: 3, retryPolicy: ${policy} }`).end("wf(0)", { exitCode: 1 });

    expect(run.running).toEqual(running);
    expect(run.phase).toBe(running.length === 0 ? "Failed" : "Running");
  });

  it("that nobody knows is refused", () => {
    const run = retried("{ limit: 3, retryPolicy: Sometimes }");

    expect(run.phase).toBe("Failed");
    expect(run.message).toContain("Sometimes is not a valid RetryPolicy");
  });

  it("without a limit tries for ever, at once", () => {
    const run = retried("{}");
    for (const attempt of [0, 1, 2, 3]) run.end(`wf(${attempt})`, { exitCode: 1 });

    expect(run.running).toEqual(["wf(4)"]);
  });
});

describe("an expression", () => {
  it("sees how the last attempt ended, and stops the retries when it is false", () => {
    const strategy = `{ limit: 9, expression: "asInt(lastRetry.exitCode) < 3 && lastRetry.status == 'Failed' && asInt(retries) < 5" }`;
    const run = retried(strategy).end("wf(0)", { exitCode: 1 });
    expect(run.running).toEqual(["wf(1)"]);

    run.end("wf(1)", { exitCode: 3 });

    expect(run.phase).toBe("Failed");
    expect(run.message).toBe("retryStrategy.expression evaluated to false");
  });
});

describe("time", () => {
  it("gives up when the backoff or the attempts exceed the longest duration", () => {
    const backoff = retried(`{ limit: 9, backoff: { duration: "10", factor: 4, maxDuration: "30" } }`);
    backoff.end("wf(0)", { exitCode: 1 }).wait(10_000).end("wf(1)", { exitCode: 1 });
    const late = retried(`{ limit: 9, backoff: { duration: "1", maxDuration: "30" } }`).wait(31_000);
    late.end("wf(0)", { exitCode: 1 });

    expect(backoff.message).toBe("Backoff would exceed max duration limit");
    expect(late.message).toBe("Max duration limit exceeded");
  });

  it("of a workflow that is over, or that is stopped, is not used for another attempt", () => {
    const over = retried("{ limit: 9 }", "activeDeadlineSeconds: 60");
    over.now = START + 61_000;
    over.end("wf(0)", { exitCode: 1 });
    const stopped = retried("{ limit: 9 }").change({ shutdown: "Stop" });
    stopped.end("wf(0)", { exitCode: 1 });

    expect(over.node("wf(1)")).toBeUndefined();
    expect(over.phase).toBe("Failed");
    expect(stopped.node("wf(1)")).toBeUndefined();
    expect(stopped.message).toBe("Stopped with strategy 'Stop'");
  });

  it("is spent without waiting when no attempt is left", () => {
    const run = retried(`{ limit: 0, backoff: { duration: "10" } }`).end("wf(0)", { exitCode: 1 });

    expect(run.message).toBe("No more retries left");
  });
});

it("the outputs of a step are those of its last attempt", () => {
  const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  retryStrategy: { limit: 1 }
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x, command: [run] }
`).settle();

  run.end("wf(0)", { exitCode: 1, files: { "/out": "first" } }).end("wf(1)", { files: { "/out": "second" } });

  expect(run.phase).toBe("Succeeded");
  expect(run.node("wf")?.outputs?.parameters).toMatchObject([{ name: "out", value: "second" }]);
});

describe("attempts of a DAG, which have no exit code and no message", () => {
  const attempts = (strategy: string): PureWorkflow =>
    new PureWorkflow(`
entrypoint: main
templates:
- { name: main, retryStrategy: ${strategy}, dag: { tasks: [{ name: a, template: leaf }] } }
- { name: leaf, container: { image: x, command: [run] } }
`).settle();

  it.each(["OnError", "OnTransientError"])("are not tried again when the policy is %s", (policy) => {
    const run = attempts(`{ limit: 3, retryPolicy: ${policy} }`).end("a", { exitCode: 1 });

    expect(run.node("wf")).toMatchObject({ type: "Retry", phase: "Failed" });
    expect(run.node("wf")).not.toHaveProperty("message");
    expect(run.node("wf(1)")).toBeUndefined();
  });

  it("are seen so by an expression", () => {
    const expression = "lastRetry.exitCode == '-1' && lastRetry.message == '' && retries == '0'";
    const run = attempts(`{ limit: 3, expression: "${expression}" }`).end("a", { exitCode: 1 });
    expect(run.node("wf(1)")?.phase).toBe("Running");

    run.end("a", { exitCode: 1 });

    expect(run.message).toBe("retryStrategy.expression evaluated to false");
  });

  it("leave a node without outputs when one succeeds", () => {
    const run = attempts("{ limit: 3 }").end("a");

    expect(run.node("wf")).toMatchObject({ type: "Retry", phase: "Succeeded" });
    expect(run.node("wf")).not.toHaveProperty("outputs");
  });
});

describe("an exit handler", () => {
  it("still runs in a workflow that is stopped, but is not tried again", () => {
    const run = new PureWorkflow(`
entrypoint: main
onExit: clean
templates:
- { name: main, container: { image: x, command: [run] } }
- { name: clean, retryStrategy: { limit: 3 }, container: { image: x, command: [run] } }
`)
      .settle()
      .end("wf");

    run.change({ shutdown: "Stop" }).settle().end("wf.onExit(0)", { exitCode: 1 });

    expect(run.node("wf.onExit")).toMatchObject({ phase: "Failed", message: "Stopped with strategy 'Stop'" });
    expect(run.node("wf.onExit(1)")).toBeUndefined();
  });
});

describe("the workflow's own strategy", () => {
  it("with a policy that nobody knows makes an error of every step that fails", () => {
    const run = new PureWorkflow(`
entrypoint: main
retryStrategy: { limit: 3, retryPolicy: Sometimes }
templates: [{ name: main, container: { image: x, command: [run] } }]
`)
      .settle()
      .end("wf(0)", { exitCode: 1 });

    expect([run.phase, run.message]).toEqual([
      "Error",
      "error in entry template execution: Sometimes is not a valid RetryPolicy",
    ]);
  });
});

it("the wait after an attempt whose end was not recorded begins now", () => {
  const run = retried(`{ limit: 3, backoff: { duration: "10" } }`).end("wf(0)", { exitCode: 1 });
  const nodes = run.nodes.map((node) => {
    const { finishedAt: _, ...rest } = node;
    return [node.id, rest];
  });
  run.workflow = { ...run.workflow, status: { ...run.workflow.status, nodes: Object.fromEntries(nodes) } };

  run.wait(60_000);

  expect(run.node("wf(1)")).toBeUndefined();
  expect(run.checkAgainAt).toBe(run.now + 10_000);
});
