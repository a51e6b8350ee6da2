// submit, stop, retry, logs, describe and events of workflows, against a real API server.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SENSOR, WORKFLOW } from "../../../src/resources/argo-kinds.ts";
import { CODE_RUN, type CodeRun } from "../../../src/resources/code-run.ts";
import { PlatformError } from "../../../src/platform/errors.ts";
import type { LogSource } from "../../../src/platform/log-source.ts";
import { type Pod, POD } from "../../../src/resources/pod.ts";
import type { Workflow, WorkflowStatus } from "../../../src/resources/workflow.ts";
import { startTestApi, type TestApi } from "../../support/api-server.ts";
import { type Ended, runyard as run, type CommandLineOptions } from "../../support/command-line.ts";

let api: TestApi;

/** Every container has printed two lines, the second without an end. */
const TWO_LINES: LogSource = {
  read: async function* ({ pod, container, tailLines }) {
    const first = tailLines === 1 ? "" : `${pod.name} begins\n`;
    yield new TextEncoder().encode(`${first}${container} ends`);
  },
};

beforeAll(async () => {
  api = await startTestApi({ logs: TWO_LINES });
});

afterAll(async () => {
  await api.close();
});

async function runyard(words: string, options: CommandLineOptions = {}): Promise<Ended> {
  return await run([...words.split(" "), "--kubeconfig", api.kubeconfig], options);
}

async function workflow(name: string, status: WorkflowStatus, changes: Partial<Workflow> = {}): Promise<void> {
  await api.store.create(WORKFLOW, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name, namespace: "default" },
    spec: { workflowTemplateRef: { name: "orchestrator-dag" } },
    status,
    ...changes,
  });
}

const stored = async (name: string): Promise<Workflow | undefined> =>
  await api.store.get(WORKFLOW, { namespace: "default", name });

async function pod(name: string, labels: Record<string, string>, changes: Partial<Pod> = {}): Promise<void> {
  const containers = ["agent", "publish"];
  const created = await api.store.create(POD, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels },
    spec: { initContainers: [{ name: "agent" }], containers: [{ name: "publish" }] },
  });
  const ended = { terminated: { exitCode: 0, reason: "Completed" } };
  const [initContainerStatuses, containerStatuses] = containers.map((container) => [
    { name: container, ready: false, restartCount: 0, image: "", imageID: "", state: ended },
  ]);
  await api.store.updateStatus(POD, {
    ...created,
    status: {
      phase: "Succeeded",
      initContainerStatuses: initContainerStatuses ?? [],
      containerStatuses: containerStatuses ?? [],
    },
    ...changes,
  });
}

async function codeRun(name: string, workflowName: string, phase: "Failed" | "Succeeded" | "Running"): Promise<void> {
  const created = await api.store.create(CODE_RUN, {
    apiVersion: "agents.platform/v1",
    kind: "CodeRun",
    metadata: { name, namespace: "default", labels: { "workflow-name": workflowName, "workflow-stage": "author" } },
    spec: {
      taskId: 1,
      service: "shop",
      repositoryUrl: "acme/shop",
      docsRepositoryUrl: "acme/docs",
      workingDirectory: ".",
      model: "m",
      githubApp: "Author",
    },
  });
  await api.store.updateStatus(CODE_RUN, { ...created, status: { phase } });
}

const parametersOf = (workflow: Workflow | undefined): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries((workflow?.spec.arguments?.parameters ?? []).map(({ name, value }) => [name, value]));

describe("submit", () => {
  it("makes a workflow for an issue of whom only the names are known; for whom is said only if it is told", async () => {
    const first = await runyard("submit acme/shop 12 --name first");
    await runyard("submit Acme/Shop 13 --name second --actor bob");

    expect(first).toMatchObject({ code: 0, out: expect.stringContaining("workflow first created") as string });
    expect((await stored("first"))?.spec.workflowTemplateRef).toEqual({ name: "orchestrator-dag" });
    expect(parametersOf(await stored("first"))).toEqual({
      intent: "task",
      "repository-id": "",
      repository: "acme/shop",
      "owner-id": "",
      actor: "",
      number: "12",
      "task-id": "",
    });
    expect(parametersOf(await stored("second"))).toMatchObject({ repository: "Acme/Shop", actor: "bob", number: "13" });
  });

  it("makes one parent for several issues, and for several tasks, and tells them apart", async () => {
    await runyard("submit acme/many 1 2 2 --name issues");
    await runyard("submit acme/many --task 5 --task 6 --name tasks");

    expect((await stored("issues"))?.spec.workflowTemplateRef).toEqual({ name: "orchestrator-tasks" });
    expect(parametersOf(await stored("issues"))).toMatchObject({ subject: "number", tasks: '["1","2"]' });
    expect(parametersOf(await stored("tasks"))).toMatchObject({ subject: "task-id", tasks: '["5","6"]' });
  });

  it("names a workflow by repository and issue when no name is given, however long the repository's is", async () => {
    const short = await runyard("submit acme/named 9");
    const long = await runyard(`submit acme/${"very.long-".repeat(9)}end 123456`);

    expect(short.out).toMatch(/^workflow task-acme-named-9-s[0-9a-z]+ created\n/);
    expect(long.out).toMatch(/^workflow [0-9a-z-]{1,55} created\n/);
  });

  it.each([
    ["submit acme 1", `"acme" is no repository`],
    ["submit acme/shop", "no issue or task is given"],
    ["submit acme/shop #12", `"#12" is not the number`],
    ["submit acme/shop 12 --actor @ada", `"@ada" is no GitHub login`],
    ["submit acme/shop 12 --name My_Task", `"My_Task" cannot be the name of a workflow`],
  ])("refuses %s", async (words, message) => {
    expect(await runyard(words)).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  });

  it("does not submit twice under one name", async () => {
    expect((await runyard("submit acme/shop 12 --name first")).code).toBe(4);
  });
});

describe("stop", () => {
  it("asks a running workflow to stop", async () => {
    await workflow("running", { phase: "Running" });

    expect((await runyard("stop wf/running")).code).toBe(0);

    expect((await stored("running"))?.spec.shutdown).toBe("Stop");
    await runyard("stop running --terminate");
    expect((await stored("running"))?.spec.shutdown).toBe("Terminate");
  });

  it("refuses what has ended, and does not find what is not there", async () => {
    await workflow("over", { phase: "Succeeded" });

    expect(await runyard("stop over")).toMatchObject({
      code: 4,
      err: expect.stringContaining("has ended already") as string,
    });
    expect((await runyard("stop nobody")).code).toBe(3);
  });
});

const FAILED_NODES: WorkflowStatus = {
  phase: "Failed",
  startedAt: "2026-01-01T00:00:00Z",
  finishedAt: "2026-01-01T00:10:00Z",
  nodes: Object.fromEntries(
    (
      [
        ["broken", "DAG", "Failed", undefined, ["broken-1", "broken-2"]],
        ["broken.admit", "Pod", "Succeeded", "broken", ["broken-2"]],
        ["broken.author", "Pod", "Failed", "broken", []],
      ] as const
    ).map(([name, type, phase, boundary, children], index) => [
      index === 0 ? name : `broken-${index}`,
      {
        id: index === 0 ? name : `broken-${index}`,
        name,
        displayName: name.replace("broken.", ""),
        type,
        phase,
        templateName: "work",
        startedAt: `2026-01-01T00:0${index}:00Z`,
        finishedAt: "2026-01-01T00:09:00Z",
        ...(phase === "Failed" && { message: "exit code 1" }),
        ...(boundary !== undefined && { boundaryID: boundary }),
        children: [...children],
      },
    ]),
  ),
};

describe("a failed workflow", () => {
  beforeAll(async () => {
    await workflow("broken", FAILED_NODES);
    await codeRun("broken-author", "broken", "Failed");
    await codeRun("broken-clippy", "broken", "Succeeded");
  });

  it("is described with the tree of its steps, its runs and what to do", async () => {
    const { out } = await runyard("describe wf broken");

    expect(out).toContain("  ✖ broken  9m  exit code 1\n  ├─ ✔ admit  8m\n  └─ ✖ author  7m  exit code 1\n");
    expect(out).toMatch(/^ {2}author +broken-author +Failed$/m);
    expect(out).toContain("let it go on from where it failed: runyard retry broken -n default");
  });

  it("is retried: its failed run is deleted, its failed step forgotten", async () => {
    const { code, out } = await runyard("retry broken");

    expect(code).toBe(0);
    expect(out).toContain("runs again: author");
    expect(Object.values((await stored("broken"))?.status?.nodes ?? {}).map(({ name }) => name)).toEqual([
      "broken",
      "broken.admit",
    ]);
    expect((await stored("broken"))?.status?.phase).toBeUndefined();
    const runs = await api.store.list(CODE_RUN, { labelSelector: "workflow-name=broken" });
    expect(runs.items.map(({ metadata }) => metadata.name)).toEqual(["broken-clippy"]);
  });

  it("is not retried twice", async () => {
    expect((await runyard("retry broken")).code).toBe(4);
  });
});

describe("a workflow for several tasks", () => {
  const child = (name: string, phase: "Failed" | "Succeeded") =>
    workflow(
      name,
      { phase, message: `child ${phase}` },
      { metadata: { name, namespace: "default", labels: { "runyard.dev/parent": "several" } } },
    );

  beforeAll(async () => {
    await workflow("several", FAILED_NODES);
    await child("several-1", "Failed");
    await child("several-2", "Succeeded");
    await pod("several-1-admit", { "workflows.argoproj.io/workflow": "several-1" });
  });

  it("is described with its workflows, and prints what they print", async () => {
    const [described, logs] = [await runyard("describe wf several"), await runyard("logs workflow/several")];

    expect(described.out).toMatch(/^ {2}several-1 +Failed +child Failed$/m);
    expect(described.out).toMatch(/^ {2}several-2 +Succeeded/m);
    expect(logs.out).toContain("[several-1/several-1-admit/agent] several-1-admit begins\n");
  });

  it("is retried with new workflows for those that failed", async () => {
    const { code, out } = await runyard("retry several");

    expect(code).toBe(0);
    expect(out).toContain("workflow several-1 deleted: its step makes a new one");
    expect([await stored("several-1"), (await stored("several-2"))?.status?.phase]).toEqual([undefined, "Succeeded"]);
  });
});

describe("logs", () => {
  beforeAll(async () => {
    await workflow("talking", { phase: "Succeeded" });
    await codeRun("talking-author", "talking", "Succeeded");
    const labels = { "runyard.dev/run": "talking-author", "runyard.dev/run-kind": "CodeRun" };
    await pod("attempt-1", { ...labels, "runyard.dev/attempt": "1", "batch.kubernetes.io/job-name": "j1" });
    await pod("attempt-2", { ...labels, "runyard.dev/attempt": "2", "batch.kubernetes.io/job-name": "j2" });
    await pod("admit-pod", { "workflows.argoproj.io/workflow": "talking" });
  });

  it("prints the containers of a pod in their order", async () => {
    expect((await runyard("logs admit-pod")).out).toBe(
      "[agent] admit-pod begins\n[agent] agent ends\n[publish] admit-pod begins\n[publish] publish ends\n",
    );
    expect((await runyard("logs admit-pod -c agent --tail 1")).out).toBe("agent ends\n");
    expect(await runyard("logs admit-pod -c nobody")).toMatchObject({
      code: 3,
      err: expect.stringContaining("choose one of agent, publish") as string,
    });
  });

  it("prints the newest attempt of a run, with and without following", async () => {
    const expected =
      "[agent] attempt-2 begins\n[agent] agent ends\n[publish] attempt-2 begins\n[publish] publish ends\n";

    expect((await runyard("logs coderun/talking-author")).out).toBe(expected);
    expect((await runyard("logs -f talking-author")).out).toBe(expected);
  });

  it("prints steps and runs of a workflow, each line with where it comes from", async () => {
    const { out } = await runyard("logs -f workflow/talking");

    const lines = out.trimEnd().split("\n").toSorted();
    expect(lines).toContain("[author/agent] attempt-2 begins");
    expect(lines).toContain("[admit-pod/publish] publish ends");
    expect(lines).toHaveLength(8);
  });

  it("waits with -f for containers that have not begun, until the run has finished", async () => {
    await codeRun("late", "late", "Running");
    const labels = { "runyard.dev/run": "late", "runyard.dev/run-kind": "CodeRun" };
    const following = runyard("logs -f coderun/late");

    await pod("late-pod", labels);
    const run = await api.store.get(CODE_RUN, { namespace: "default", name: "late" });
    await api.store.updateStatus(CODE_RUN, { ...(run as CodeRun), status: { phase: "Succeeded" } });

    expect((await following).out).toContain("[publish] late-pod begins\n[publish] publish ends\n");
  });

  it("stops following when it is interrupted", async () => {
    await codeRun("endless", "endless", "Running");
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);

    expect((await runyard("logs -f coderun/endless", { signal: stop.signal })).code).toBe(0);
  });

  it("says that nothing has begun, and that nothing has such a name", async () => {
    await workflow("silent", { phase: "Pending" });

    expect((await runyard("logs silent")).err).toBe("Nothing of workflow silent has begun yet.\n");
    expect((await runyard("logs nobody")).code).toBe(3);
    expect((await runyard("logs cm/nobody")).code).toBe(2);
    expect((await runyard("logs silent --since soon")).err).toContain(`--since: "soon" is no duration`);
  });
});

describe("events", () => {
  it("shows what became of deliveries, newest first", async () => {
    const created = await api.store.create(SENSOR, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Sensor",
      metadata: { name: "tasks", namespace: "default" },
      spec: { dependencies: [], triggers: [] },
    });
    await api.store.updateStatus(SENSOR, {
      ...created,
      status: {
        recentEvents: [
          {
            eventId: "e1",
            trigger: "by-label",
            time: "2026-01-01T00:00:00Z",
            fate: "NotMatched",
            message: "action is closed",
          },
          {
            eventId: "e2",
            trigger: "by-label",
            time: "2026-01-02T00:00:00Z",
            fate: "Triggered",
            message: "workflow task-1",
          },
        ],
      },
    });

    const { out } = await runyard("events");

    expect(out.split("\n").map((line) => line.split(/ {2,}/).slice(1))).toEqual([
      ["EVENT", "TRIGGER", "FATE", "WHAT HAPPENED"],
      ["e2", "tasks/by-label", "Triggered", "workflow task-1"],
      ["e1", "tasks/by-label", "NotMatched", "action is closed"],
      [],
    ]);
    expect(JSON.parse((await runyard("events --fate Triggered -o json")).out)).toHaveLength(1);
    expect((await runyard("events nobody")).code).toBe(3);
  });
});

describe("up", () => {
  it("starts the engine, says where it is, and closes it when it is interrupted", async () => {
    const stop = new AbortController();
    let isClosed = false;
    let asked: unknown;

    const ended = await run(["up", "--data-dir", "/data", "--port", "0", "-n", "runs"], {
      signal: stop.signal,
      onOutput: (out) => {
        if (out.includes("Kubeconfig")) stop.abort();
      },
      startEngine: async (options) => {
        asked = options;
        const missingSecrets = [{ name: "github-webhook", keys: ["secret"], use: "nothing comes in" }];
        const close = async (): Promise<void> => {
          isClosed = true;
        };
        const sandboxProblem = Promise.resolve(undefined);
        return {
          kubeconfigPath: "/data/kubeconfig",
          webhookUrl: "http://w",
          apiUrl: "https://a",
          sandboxProblem,
          missingSecrets,
          close,
        };
      },
    });

    expect(asked).toEqual({ dataDirectory: "/data", port: 0, namespace: "runs", unsafeNoSandbox: false });
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining("API:        https://a") as string });
    expect(isClosed).toBe(true);
    expect(ended.out).toContain("  github-webhook (secret): without it nothing comes in\n");
  });

  it.each([
    ["Invalid", 2, "my-values.yaml is refused: limit", "correct it"],
    ["Conflict", 1, "/data is in use by another engine", "stop that engine first"],
    ["Unavailable", 1, "port 7443 is in use", "choose another port"],
  ] as const)("says what kept the engine from starting (%s), and not what a server would mean", async (...row) => {
    const [code, exitCode, message, hint] = row;
    const startEngine = async () => await Promise.reject(new PlatformError({ code, message, hint }));

    const { code: ended, err } = await run(["up", "--data-dir", "/data"], { startEngine });

    expect([ended, err.split("\n")]).toEqual([
      exitCode,
      [
        `runyard: ${message}`,
        "  This means: the engine was not started; what it keeps is as it was.",
        `  What to do: ${hint}.`,
        "",
      ],
    ]);
  });

  it.each([
    ["up --port 70000", `"70000" is no port`],
    ["up -n My_Space", `"My_Space" is no name of a namespace`],
    ["up --values /nowhere.yaml", "/nowhere.yaml is no file"],
  ])("refuses %s", async (words, message) => {
    expect(await run(words.split(" "))).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  });
});
