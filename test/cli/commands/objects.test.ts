// get, describe, apply, delete and version, each as its user runs it, against a real API server.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CODE_RUN, type CodeRun } from "../../../src/resources/code-run.ts";
import { CONFIG_MAP, EVENT, SECRET } from "../../../src/resources/core.ts";
import { type Ended, runyard as run, type CommandLineOptions } from "../../support/command-line.ts";
import { startTestApi, type TestApi } from "../../support/api-server.ts";

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(async () => {
  await api.close();
});

async function runyard(words: string, options: CommandLineOptions = {}): Promise<Ended> {
  return await run([...words.split(" "), "--kubeconfig", api.kubeconfig], options);
}

async function file(name: string, text: string): Promise<string> {
  const path = join(api.directory, name);
  await writeFile(path, text);
  return path;
}

function manifest(name: string, spec: Readonly<Record<string, unknown>> = {}): string {
  const fields = {
    taskId: 7,
    service: "shop",
    repositoryUrl: "acme/shop",
    docsRepositoryUrl: "acme/docs",
    workingDirectory: ".",
    model: "gpt-5.5",
    githubApp: "Author",
    ...spec,
  };
  return JSON.stringify({ apiVersion: "agents.platform/v1", kind: "CodeRun", metadata: { name }, spec: fields });
}

describe("apply", () => {
  it("creates, changes, and leaves alone what is so already", async () => {
    const path = await file("run.json", manifest("applied"));

    expect(await runyard(`apply -f ${path}`)).toEqual({
      code: 0,
      out: "coderun.agents.platform/applied created\n",
      err: "",
    });
    expect((await runyard(`apply -f ${path}`)).out).toBe("coderun.agents.platform/applied unchanged\n");
    await writeFile(path, manifest("applied", { model: "claude-5" }));
    expect((await runyard(`apply -f ${path}`)).out).toBe("coderun.agents.platform/applied configured\n");
    const stored = await api.store.get(CODE_RUN, { namespace: "default", name: "applied" });
    expect(stored?.spec).toMatchObject({ model: "claude-5", service: "shop" });
  });

  it("takes several documents from standard input, and every manifest of a directory", async () => {
    const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
    const directory = join(api.directory, "manifests");
    await mkdir(directory);
    await writeFile(join(directory, "b.yaml"), map("from-b"));
    await writeFile(join(directory, "a.yml"), map("from-a"));
    await writeFile(join(directory, "notes.txt"), "not a manifest");

    const input = await runyard("apply -f -", { input: `${map("one")}---\n---\n${map("two")}` });
    const folder = await runyard(`apply -f ${directory}`);

    expect(input.out).toBe("configmap/one created\nconfigmap/two created\n");
    expect(folder.out).toBe("configmap/from-a created\nconfigmap/from-b created\n");
  });

  it("refuses a field that the kind does not know, names the one that was meant, and sends nothing", async () => {
    const path = await file("typo.json", manifest("typo", { modle: "gpt-5.5" }));

    const ended = await runyard(`apply -f ${path}`);

    expect(ended.code).toBe(4);
    expect(ended.err.split("\n")).toEqual([
      `runyard: ${path}: CodeRun has no field spec.modle`,
      "  This means: an unknown field would be ignored without a word; nothing was sent to the server.",
      "  What to do: remove spec.modle, or did you mean spec.model?",
      "",
    ]);
    expect(await api.store.get(CODE_RUN, { namespace: "default", name: "typo" })).toBeUndefined();
  });

  it("shows what the server refuses with its path, and applies the rest", async () => {
    const path = await file("mixed.yaml", `${manifest("wrong", { taskId: "seven" })}\n---\n${manifest("right")}`);

    const ended = await runyard(`apply -f ${path}`);

    expect(ended.code).toBe(4);
    expect(ended.out).toBe("coderun.agents.platform/right created\n");
    expect(ended.err).toContain(`${path}, document 1: coderun.agents.platform/wrong: `);
    expect(ended.err).toContain("spec.taskId");
  });

  it.each([
    ["a: [1\nb: 2\n", /bad\.yaml is no YAML: line \d+: /],
    ["kind: CodeRun\nmetadata: {name: x}\n", /bad\.yaml: apiVersion must be a text/],
    [
      "apiVersion: agents.platform/v1\nkind: CodRun\nmetadata: {name: x}\n",
      /there is no kind CodRun(.|\n)*did you mean CodeRun/,
    ],
    ["apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", /bad\.yaml: metadata\.name must be a text/],
    [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x-}\n",
      /metadata\.name is missing, and apply makes no/,
    ],
    ["# nothing\n", /no object in there/],
    ["just text\n", /bad\.yaml is no object/],
  ])("says what is wrong with %j", async (text, message) => {
    const ended = await runyard(`apply -f ${await file("bad.yaml", text)}`);

    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(message);
    expect(ended.err.trimEnd().split("\n")).toHaveLength(3);
  });

  it.each([
    [
      "kind: WorkflowTemplate\nspec: {templates: [{name: main, http: {url: x}}, {name: b, container: {comand: [a]}}]}",
      /templates\.main\.http: .*templates\.b\.container\.comand: unknown field/,
    ],
    [
      "kind: Sensor\nspec: {dependencies: [{name: a, eventSourceName: g, eventName: r, filters: {script: x}}], triggers: []}",
      /spec\.dependencies\[0\]\.filters\.script: is not supported/,
    ],
    ["kind: EventSource\nspec: {gitlab: {}}", /spec\.gitlab: /],
  ])(
    "refuses what the engine on one machine does not run, with every path, before anything is sent: %s",
    async (text, message) => {
      const before = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sent}\n---\n`;
      const path = await file(
        "unsupported.yaml",
        `${before}apiVersion: argoproj.io/v1alpha1\nmetadata: {name: x}\n${text}\n`,
      );

      const ended = await runyard(`apply -f ${path}`);

      expect(ended.code).toBe(4);
      expect(ended.err).toMatch(message);
      expect(await api.store.get(CONFIG_MAP, { namespace: "default", name: "sent" })).toBeUndefined();
    },
  );

  it("takes a secret's plain text below stringData, refuses it below data, and never repeats it", async () => {
    const secret = (field: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: hook}\n${field}: {secret: "my plain words!"}\n`;

    const refused = await runyard("apply -f -", { input: secret("data") });
    const taken = await runyard("apply -f -", { input: secret("stringData") });

    expect(refused.code).toBe(4);
    expect(refused.err).toContain("data.secret: must be in base64; write plain text below stringData");
    expect(refused.err).not.toContain("plain words");
    expect(taken.code).toBe(0);
    const stored = await api.store.get(SECRET, { namespace: "default", name: "hook" });
    expect(stored?.data).toEqual({ secret: Buffer.from("my plain words!").toString("base64") });
  });

  it("says that a file is missing", async () => {
    const ended = await runyard("apply -f /nowhere/run.yaml");

    expect(ended.code).toBe(2);
    expect(ended.err).toContain("/nowhere/run.yaml does not exist");
  });
});

describe("get", () => {
  beforeAll(async () => {
    await runyard("apply -f -", { input: `${manifest("listed-a")}\n---\n${manifest("listed-b")}` });
  });

  it("prints a table for people", async () => {
    const { code, out } = await runyard("get cr listed-a listed-b");

    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["NAME", "TASK", "SERVICE", "MODEL", "PHASE", "AGE"],
      ["listed-a", "7", "shop", "gpt-5.5", expect.stringMatching(/^\d+s$/)],
      ["listed-b", "7", "shop", "gpt-5.5", expect.stringMatching(/^\d+s$/)],
      [""],
    ]);
  });

  it("prints names, JSON and YAML for programs", async () => {
    expect((await runyard("get coderuns/listed-a coderun/listed-b -o name")).out).toBe(
      "coderun.agents.platform/listed-a\ncoderun.agents.platform/listed-b\n",
    );
    expect(JSON.parse((await runyard("get cr listed-a -o json")).out)).toMatchObject({ kind: "CodeRun" });
    expect(JSON.parse((await runyard("get cr -o json")).out)).toMatchObject({ apiVersion: "v1", kind: "List" });
    expect((await runyard("get cr listed-a -o yaml")).out).toContain("\nspec:\n  ");
  });

  it("shows every namespace with -A, and only the labels asked for with -l", async () => {
    await api.store.create(CONFIG_MAP, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "elsewhere", namespace: "other", labels: { colour: "green" } },
    });

    expect((await runyard("get cm -A -l colour=green")).out).toMatch(
      /^NAMESPACE +NAME +AGE\nother +elsewhere +\d+s\n$/,
    );
    expect((await runyard("get cm -l colour=green")).err).toBe("No configmaps in namespace default.\n");
  });

  it("prints every change until it is interrupted", async () => {
    const stop = new AbortController();
    const onOutput = (out: string): void => {
      if (out.includes("Running")) stop.abort();
      else if (out.includes("listed-a")) void setPhase("listed-a", "Running");
    };

    const { code, out } = await runyard("get cr listed-a -w", { signal: stop.signal, onOutput });

    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/ {2,}/).at(-2)),
    ).toEqual(["PHASE", "gpt-5.5", "Running"]);
  });

  it("colours phases on a terminal, and not with NO_COLOR", async () => {
    await setPhase("listed-b", "Failed");

    expect((await runyard("get cr listed-b", { isTerminal: true })).out).toContain("\u001b[31mFailed\u001b[0m");
    const plain = await runyard("get cr listed-b", { isTerminal: true, environment: { NO_COLOR: "1" } });
    expect(plain.out).not.toContain("\u001b");
  });

  it("suggests the kind that was meant", async () => {
    expect(await runyard("get codrun")).toMatchObject({
      code: 2,
      err: expect.stringContaining(`there is no kind "codrun"`) as string,
    });
    expect((await runyard("get codrun")).err).toContain(`did you mean "coderun"`);
  });

  it("ends with 3 for what does not exist", async () => {
    expect(await runyard("get cr nobody")).toMatchObject({
      code: 3,
      err: expect.stringContaining(`coderun "nobody" does not exist in namespace default`) as string,
    });
  });
});

async function setPhase(name: string, phase: "Running" | "Failed"): Promise<void> {
  const run = await api.store.get(CODE_RUN, { namespace: "default", name });
  await api.store.updateStatus(CODE_RUN, { ...(run as CodeRun), status: { phase } });
}

describe("describe", () => {
  it("shows status, conditions, cost, events and what to do next", async () => {
    await runyard("apply -f -", { input: manifest("described") });
    const created = (await api.store.get(CODE_RUN, { namespace: "default", name: "described" })) as CodeRun;
    await api.store.updateStatus(CODE_RUN, {
      ...created,
      status: {
        phase: "Failed",
        message: "lint failed",
        conditions: [
          {
            type: "Completed",
            status: "True",
            reason: "GateFailed",
            message: "eslint found 2 problems",
            lastTransitionTime: "2026-01-01T00:00:00Z",
          },
        ],
      },
    });
    const account = { spentMicroUsd: 1_250_000, spentTokens: 12_345, reservations: {} };
    await api.store.create(CONFIG_MAP, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "described-ledger", namespace: "default" },
      data: { "account.json": JSON.stringify(account) },
    });
    await api.store.create(EVENT, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "described.1", namespace: "default" },
      involvedObject: { apiVersion: "agents.platform/v1", kind: "CodeRun", namespace: "default", name: "described" },
      type: "Warning",
      reason: "GateFailed",
      message: "the gate lint\u001b[2J failed",
      lastTimestamp: "2026-01-01T00:00:00Z",
    });

    const { code, out } = await runyard("describe cr described");

    expect(code).toBe(0);
    expect(out).toMatch(/^Name: +described$/m);
    expect(out).toMatch(/^Status: +Failed$/m);
    expect(out).toMatch(/^Cost: +\$1\.25, 12,345 tokens$/m);
    expect(out).toMatch(/^ {2}Completed +True +GateFailed +\w+ +eslint found 2 problems$/m);
    expect(out).toMatch(/^ {2}\w+ +Warning +GateFailed +the gate lint\?\[2J failed$/m);
    expect(out).toContain("Next:\n  see why: runyard logs coderun/described -n default\n");
  });
});

describe("delete", () => {
  it("deletes by name, by label and by manifest", async () => {
    const map = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  labels:\n    old: "${name}"\n`;
    await runyard("apply -f -", { input: ["p", "q", "r"].map((name) => map(name)).join("---\n") });

    expect((await runyard("delete cm p")).out).toBe(`configmap "p" deleted\n`);
    expect((await runyard("delete cm -l old=q")).out).toBe(`configmap "q" deleted\n`);
    expect((await runyard("delete -f -", { input: map("r") })).out).toBe(`configmap "r" deleted\n`);
  });

  it("ends with 3 for what is not there, unless that does not matter", async () => {
    expect((await runyard("delete cm nobody")).code).toBe(3);
    expect((await runyard("delete cm nobody --ignore-not-found")).code).toBe(0);
  });

  it("never deletes all of a kind by omission", async () => {
    expect(await runyard("delete cm")).toMatchObject({
      code: 2,
      err: expect.stringContaining("no configmap is named") as string,
    });
  });
});

describe("version", () => {
  it("names client, server, Node and SQLite", async () => {
    const versions = JSON.parse((await runyard("version -o json")).out) as Readonly<Record<string, string>>;

    expect(versions).toMatchObject({ node: process.versions.node, sqlite: process.versions["sqlite"] });
    expect(versions["server"]).toContain("runyard");
    expect(versions["client"]).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe("a name that nothing has", () => {
  it.each(["get cr near-mis", "describe cr near-mis", "delete cr near-mis", "logs coderun/near-mis"])(
    "is answered with the one that was meant: %s",
    async (words) => {
      await runyard("apply -f -", { input: manifest("near-miss") });

      const ended = await runyard(words);

      expect(ended.code).toBe(3);
      expect(ended.err).toContain('did you mean "near-miss"?');
    },
  );
});

describe("a kubeconfig that is none", () => {
  it.each([
    ["contexts: [", "cannot be read"],
    ["a: b", "current-context is not set"],
  ])("ends with 2 and says so: %s", async (text, message) => {
    const ended = await run(["get", "wf", "--kubeconfig", await file("broken-kubeconfig", text)]);

    expect(ended.code).toBe(2);
    expect(ended.err).toContain(message);
    expect(ended.err).toContain("it is not known where the server is");
  });
});

describe("a server that cannot be reached", () => {
  it("ends with 5 and says how to start one", async () => {
    const none = await run(["get", "cr", "--data-dir", join(api.directory, "none")]);
    const config = await file("dead", deadKubeconfig());
    const dead = await run(["get", "cr", "--kubeconfig", config]);

    expect(none).toMatchObject({ code: 5, err: expect.stringContaining("there is no kubeconfig at") as string });
    expect(dead).toMatchObject({ code: 5, err: expect.stringContaining("runyard up") as string });
    expect(dead.err).not.toMatch(/^ +at /m);
    const debug = await run(["get", "cr", "--kubeconfig", config], { environment: { RUNYARD_DEBUG: "1" } });
    expect(debug.err).toMatch(/^ +at /m);
  });
});

function deadKubeconfig(): string {
  return JSON.stringify({
    "current-context": "dead",
    contexts: [{ name: "dead", context: { cluster: "dead" } }],
    clusters: [{ name: "dead", cluster: { server: "https://127.0.0.1:1" } }],
  });
}
