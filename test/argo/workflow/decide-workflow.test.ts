// Whole workflows, decided pass after pass. What real Argo does is measured by `npm run conformance -- workflows`.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideWorkflow } from "../../../src/argo/workflow/decide-workflow.ts";
import type { Lock } from "../../../src/argo/workflow/locks.ts";
import { parseWorkflowSpec } from "../../../src/argo/workflow/parse-spec.ts";
import { PureWorkflow, START } from "../../support/pure-workflow.ts";

const LEAF = "{ name: leaf, container: { image: x, command: [run] } }";

function steps(groups: string, more = ""): string {
  return `
entrypoint: main
${more}
templates:
- name: main
  steps: ${groups}
- ${LEAF}
`;
}

function dag(tasks: string, more = ""): string {
  return `
entrypoint: main
templates:
- name: main
  dag: { ${more} tasks: ${tasks} }
- ${LEAF}
- name: print
  outputs: { parameters: [{ name: out, valueFrom: { path: /tmp/out } }] }
  container: { image: x, command: [run] }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
`;
}

describe("steps", () => {
  it("run group after group, the steps of a group together", () => {
    const run = new PureWorkflow(
      steps("[[{ name: a, template: leaf }, { name: b, template: leaf }], [{ name: c, template: leaf }]]"),
    ).settle();
    expect(run.running).toEqual(["a", "b"]);

    run.end("a");
    expect(run.running).toEqual(["b"]);
    run.end("b").end("c");

    expect(run.phase).toBe("Succeeded");
    expect(run.phases).toEqual({
      wf: "Succeeded",
      "[0]": "Succeeded",
      "[1]": "Succeeded",
      a: "Succeeded",
      b: "Succeeded",
      c: "Succeeded",
    });
    expect(run.workflow.metadata.labels).toMatchObject({
      "workflows.argoproj.io/phase": "Succeeded",
      "workflows.argoproj.io/completed": "true",
    });
  });

  it("are left out when their condition is false", () => {
    const run = new PureWorkflow(steps(`[[{ name: a, template: leaf, when: "1 > 2" }]]`)).settle();

    expect(run.phase).toBe("Succeeded");
    expect(run.node("a")).toMatchObject({ type: "Skipped", phase: "Skipped", message: "when '1 > 2' evaluated false" });
  });

  it("are repeated for every item", () => {
    const run = new PureWorkflow(steps(`[[{ name: a, template: leaf, withItems: [x, 2] }]]`)).settle();

    expect(run.running).toEqual(["a(0:x)", "a(1:2)"]);
  });

  it("fail the workflow with the name of the pod that failed", () => {
    const run = new PureWorkflow(steps("[[{ name: a, template: leaf }], [{ name: b, template: leaf }]]")).settle();
    const { id } = run.node("a") ?? {};

    run.end("a", { exitCode: 3 });

    expect(run.phase).toBe("Failed");
    expect(run.message).toBe(`child '${id}' failed`);
    expect(run.node("a")).toMatchObject({ phase: "Failed", message: "main: Error (exit code 3)" });
    expect(run.node("b")).toBeUndefined();
  });

  it("go on after a failure that is allowed", () => {
    const groups = "[[{ name: a, template: leaf, continueOn: { failed: true } }], [{ name: b, template: leaf }]]";
    const run = new PureWorkflow(steps(groups)).settle().end("a", { exitCode: 1 }).end("b");

    expect(run.phase).toBe("Succeeded");
  });

  it("start no more at a time than the workflow allows", () => {
    const run = new PureWorkflow(
      steps("[[{ name: a, template: leaf, withItems: [1, 2, 3] }]]", "parallelism: 2"),
    ).settle();
    expect(run.running).toHaveLength(2);

    run.end("a(0:1)");

    expect(run.running).toEqual(["a(1:2)", "a(2:3)"]);
  });
});

describe("a DAG", () => {
  it("starts a task when its dependencies are as it wants them", () => {
    const tasks = `[{ name: a, template: leaf }, { name: b, template: leaf, depends: a.Failed }, { name: c, template: leaf, depends: a.Succeeded }]`;
    const run = new PureWorkflow(dag(tasks)).settle().end("a", { exitCode: 1 });
    expect(run.running).toEqual(["b"]);

    run.end("b");

    expect(run.phases).toMatchObject({ a: "Failed", b: "Succeeded", c: "Omitted" });
    expect(run.phase).toBe("Failed");
  });

  it("goes on with its other branches after a failure", () => {
    const tasks = "[{ name: a, template: leaf }, { name: b, template: leaf }, { name: c, template: leaf, depends: b }]";
    const run = new PureWorkflow(dag(tasks)).settle().end("a", { exitCode: 1 }).end("b");
    expect(run.running).toEqual(["c"]);

    run.end("c");

    expect(run.phase).toBe("Failed");
  });

  it("hands outputs on to the tasks that depend on them", () => {
    const parameter = `arguments: { parameters: [{ name: text, value: "<{{tasks.a.outputs.parameters.out}}>" }] }`;
    const tasks = `[{ name: a, template: print }, { name: b, template: say, depends: a, ${parameter} }]`;
    const run = new PureWorkflow(dag(tasks)).settle().end("a", { files: { "/tmp/out": "hello" } });

    expect(run.steps.get("wf.b")?.template.container?.command).toEqual(["say", "<hello>"]);
  });

  it("fails a step whose output file is missing", () => {
    const run = new PureWorkflow(dag("[{ name: a, template: print }]"))
      .settle()
      .end("a", { files: { "/tmp/out": null } });

    expect(run.phase).toBe("Error");
    expect(run.node("a")?.phase).toBe("Error");
  });

  it("runs only what its target needs", () => {
    const tasks = "[{ name: a, template: leaf }, { name: b, template: leaf }]";
    const run = new PureWorkflow(dag(tasks, "target: a,")).settle().end("a");

    expect(run.phases).toEqual({ wf: "Succeeded", a: "Succeeded" });
  });
});

describe("a retry strategy", () => {
  const spec = `
entrypoint: main
templates:
- name: main
  retryStrategy: { limit: 2, backoff: { duration: "10", factor: 2 } }
  container: { image: x, command: [run] }
`;

  it("waits longer before every new attempt, and ends with the last failure", () => {
    const run = new PureWorkflow(spec).settle().end("wf(0)", { exitCode: 1 });
    expect(run.running).toEqual([]);
    expect(run.checkAgainAt).toBe(START + 10_000);

    run.wait(10_000).end("wf(1)", { exitCode: 1 });
    expect(run.running).toEqual([]);
    run.wait(20_000).end("wf(2)", { exitCode: 2 });

    expect(run.phase).toBe("Failed");
    expect(run.message).toBe("No more retries left");
    expect(run.node("wf")).toMatchObject({ type: "Retry", phase: "Failed" });
  });

  it("ends with the first attempt that succeeds", () => {
    const run = new PureWorkflow(spec).settle().end("wf(0)", { exitCode: 1 }).wait(10_000).end("wf(1)");

    expect(run.phase).toBe("Succeeded");
    expect(run.node("wf(2)")).toBeUndefined();
  });
});

describe("the exit handler", () => {
  const spec = steps("[[{ name: a, template: leaf }]]", "onExit: leaf");

  it("runs after a failure, and keeps the workflow's phase", () => {
    const run = new PureWorkflow(spec).settle().end("a", { exitCode: 1 });
    expect(run.running).toEqual(["wf.onExit"]);

    run.end("wf.onExit");

    expect(run.phase).toBe("Failed");
  });

  it("runs when the workflow is stopped, but not when it is terminated", () => {
    const stopped = new PureWorkflow(spec).settle().change({ shutdown: "Stop" }).settle();
    const terminated = new PureWorkflow(spec).settle().change({ shutdown: "Terminate" }).settle();

    expect(stopped.running).toEqual(["wf.onExit"]);
    expect(terminated.running).toEqual([]);
    expect(terminated.phase).toBe("Failed");
    expect(terminated.message).toBe("Stopped with strategy 'Terminate'");
  });
});

it("runs a hook as soon as its expression holds", () => {
  const hooks = `hooks: { failed: { template: leaf, expression: 'steps.a.status == "Failed"' } }`;
  const run = new PureWorkflow(steps(`[[{ name: a, template: leaf, ${hooks} }]]`)).settle();
  expect(run.running).toEqual(["a"]);

  run.end("a", { exitCode: 1 });

  expect(run.running).toEqual(["a.hooks.failed"]);
  run.end("a.hooks.failed");
  expect(run.phase).toBe("Failed");
});

it("goes on by itself when a suspension has lasted its duration", () => {
  const run = new PureWorkflow(`
entrypoint: main
templates: [{ name: main, suspend: { duration: 30s } }]
`).settle();
  expect(run.phase).toBe("Running");
  expect(run.checkAgainAt).toBe(START + 30_001);

  run.wait(30_001);

  expect(run.phase).toBe("Succeeded");
});

it("fails when its time is over", () => {
  const run = new PureWorkflow(steps("[[{ name: a, template: leaf }]]", "activeDeadlineSeconds: 60")).settle();

  run.wait(61_000);

  expect(run.phase).toBe("Failed");
  expect(run.running).toEqual([]);
});

describe("a semaphore", () => {
  const spec = `
entrypoint: main
synchronization: { semaphores: [{ configMapKeyRef: { name: limits, key: lane } }] }
templates: [{ name: main, container: { image: x, command: [run] } }]
`;

  it("lets the next workflow in when its holder has ended", () => {
    const locks = new Map<string, Lock>();
    const shared = { locks, configMaps: { limits: { lane: "1" } } };
    const first = new PureWorkflow(spec, { ...shared, name: "first" }).settle();
    const second = new PureWorkflow(spec, { ...shared, name: "second" }).settle();
    expect(second.phase).toBe("Pending");
    expect(second.message).toContain("Waiting for ns/ConfigMap/limits/lane lock. Lock status: 0/1");
    expect(first.workflow.status?.synchronization?.semaphore?.holding).toEqual([
      { semaphore: "ns/ConfigMap/limits/lane", holders: ["ns/first"] },
    ]);

    first.end("first");
    second.settle();

    expect(first.workflow.status?.synchronization).toBeUndefined();
    expect(second.running).toEqual(["second"]);
  });
});

describe("templates of others", () => {
  const templates = {
    lib: `
entrypoint: main
arguments: { parameters: [{ name: greeting, value: hello }] }
templates:
- name: main
  steps: [[{ name: a, template: say }]]
- name: say
  container: { image: x, command: [say, "{{workflow.parameters.greeting}}"] }
`,
  };

  it("are run with the workflow's own arguments, and kept as they were", () => {
    const spec = `
workflowTemplateRef: { name: lib }
arguments: { parameters: [{ name: greeting, value: bye }] }
`;
    const run = new PureWorkflow(spec, { templates }).settle();

    expect(run.steps.get("wf[0].a")?.template.container?.command).toEqual(["say", "bye"]);
    expect(run.workflow.status?.storedWorkflowTemplateSpec?.entrypoint).toBe("main");
  });

  it("are called one by one, and kept by name", () => {
    const spec = `
entrypoint: main
arguments: { parameters: [{ name: greeting, value: hi }] }
templates: [{ name: main, steps: [[{ name: b, templateRef: { name: lib, template: say } }]] }]
`;
    const run = new PureWorkflow(spec, { templates }).settle();

    expect(run.steps.get("wf[0].b")?.template.container?.command).toEqual(["say", "hi"]);
    expect(Object.keys(run.workflow.status?.storedTemplates ?? {})).toEqual(["namespaced/lib/say"]);
  });

  it("fail the workflow when they do not exist", () => {
    const run = new PureWorkflow("workflowTemplateRef: { name: none }").settle();

    expect(run.phase).toMatch(/^(Failed|Error)$/);
    expect(run.message).toContain("none");
  });
});

it("refuses what is not interpreted, with its path", () => {
  const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  container: { image: x, command: [run], volumeMounts: [{ name: work, mountPath: /work }] }
`).settle();

  expect(run.phase).toMatch(/^(Failed|Error)$/);
  expect(run.message).toContain("templates.main.container.volumeMounts");
  expect(run.workflow.status?.nodes).toBeUndefined();
});

it("looks again soon when a step needs what another step has not given", () => {
  const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: print, continueOn: { failed: true } }]
  - [{ name: b, template: say, arguments: { parameters: [{ name: text, value: "{{steps.a.outputs.parameters.out}}" }] } }]
- name: print
  outputs: { parameters: [{ name: out, valueFrom: { path: /tmp/out } }] }
  container: { image: x }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x }
`).settle();
  expect(run.checkAgainAt).toBeUndefined();

  run.end("a", { exitCode: 1, files: { "/tmp/out": null } });

  expect([run.phase, run.node("b")]).toEqual(["Running", undefined]);
  expect(run.checkAgainAt).toBe(run.now + 1000);
});

it("does not take a fault of ours for one of the workflow", () => {
  const { workflow } = new PureWorkflow(
    steps(`[[{ name: a, template: leaf, when: "{{=sprig.randNumeric(1)}} == 1" }]]`),
  );
  const facts = {
    pods: [],
    workflowTemplates: new Map(),
    configMaps: new Map(),
    serviceAccounts: new Map(),
    resources: new Map(),
    refusedPods: new Map(),
  };
  const observed = { workflow, parsed: parseWorkflowSpec(workflow.spec), facts, locks: new Map() };
  const random = (): number => {
    throw new Error("no randomness left");
  };

  expect(() => decideWorkflow(observed, START, { now: () => START, random })).toThrow("no randomness left");
});

describe("a pass", () => {
  const spec = `
entrypoint: main
parallelism: 3
onExit: leaf
synchronization: { mutexes: [{ name: only }] }
templates:
- name: main
  failFast: true
  dag:
    tasks:
    - { name: a, template: retried }
    - { name: b, template: leaf, withSequence: { count: "2" } }
    - { name: c, template: inner, depends: "a || b.AnySucceeded" }
    - { name: d, template: leaf, depends: c.Failed, continueOn: { failed: true } }
- name: inner
  steps:
  - [{ name: x, template: leaf, hooks: { exit: { template: leaf } } }, { name: y, template: pause }]
  - [{ name: z, template: locked }]
- name: retried
  retryStrategy: { limit: 1, retryPolicy: Always }
  container: { image: x, command: [run] }
- name: locked
  synchronization: { semaphores: [{ configMapKeyRef: { name: limits, key: lane } }] }
  container: { image: x, command: [run] }
- { name: pause, suspend: { duration: "5" } }
- ${LEAF}
`;
  const configMaps = { limits: { lane: "1" } };

  it("changes nothing when it is repeated, and every run ends", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ which: fc.nat(9), exitCode: fc.constantFrom(0, 0, 0, 1) })), (events) => {
        const run = new PureWorkflow(spec, { configMaps }).settle();
        const rest = Array.from({ length: 40 }, () => ({ which: 0, exitCode: 0 }));
        for (const { which, exitCode } of [...events, ...rest]) {
          const { running, workflow } = run;
          const again = run.settle().workflow;
          expect(again).toBe(workflow);
          const name = running[which % Math.max(running.length, 1)];
          if (name === undefined) run.wait(5000);
          else run.end(name, { exitCode });
        }
        expect(run.phase).toMatch(/^(Succeeded|Failed)$/);
        expect(run.nodes.filter(({ phase }) => phase === "Running" || phase === "Pending")).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("that was lost before it was stored is made again with the same result", () => {
    const run = new PureWorkflow(spec, { configMaps });
    const before = run.workflow;
    run.pass();
    const { workflow: after, pods } = run;
    const created = [...pods.keys()];

    run.workflow = before;
    run.pass();
    run.settle();

    expect([...pods.keys()]).toEqual(created);
    expect(Object.keys(run.workflow.status?.nodes ?? {})).toEqual(Object.keys(after.status?.nodes ?? {}));
  });
});
