// What users do first, done with the real kubectl.
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONFIG_MAP, SERVICE_ACCOUNT } from "../../src/resources/core.ts";
import { startTestApi, type TestApi } from "../support/api-server.ts";

const probe = spawnSync("kubectl", ["version", "--client"], { encoding: "utf8" });
const isMissing = probe.status !== 0;
if (isMissing) {
  console.warn(
    "SKIPPED: the tests with the real kubectl; no kubectl on the PATH. Install it (1.32 or newer) to run them.",
  );
}

const MANIFESTS = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue}
---
apiVersion: v1
kind: Pod
metadata: {name: run}
spec:
  initContainers: [{name: prepare, image: agent}]
  containers: [{name: publish, image: agent}]
---
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: flow}
spec: {entrypoint: main}
---
apiVersion: agents.platform/v1
kind: CodeRun
metadata: {name: task-7}
spec:
  taskId: 7
  service: shop
  repositoryUrl: https://example.org/acme/shop
  docsRepositoryUrl: https://example.org/acme/docs
  workingDirectory: .
  model: scripted
`;

describe.skipIf(isMissing)("the real kubectl", () => {
  let api: TestApi;
  let manifests = "";
  beforeAll(async () => {
    api = await startTestApi({
      logs: {
        async *read({ container, tailLines }) {
          yield Buffer.from(`from ${container}${tailLines === undefined ? "" : `, last ${tailLines}`}\n`);
        },
      },
    });
    manifests = join(api.directory, "manifests.yaml");
    await writeFile(manifests, MANIFESTS);
    await kubectl("apply", "-f", manifests);
  });
  afterAll(async () => {
    await api.close();
  });

  const options = (): readonly string[] => [
    "--kubeconfig",
    api.kubeconfig,
    "--cache-dir",
    join(api.directory, "cache"),
  ];
  const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], HOME: api.directory });
  async function kubectl(...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)("kubectl", [...options(), ...words], {
      env: environment(),
      timeout: 20_000,
    });
    return stdout + stderr;
  }
  const failing = async (...words: readonly string[]): Promise<string> => {
    const error = await kubectl(...words).then(
      (output) => new Error(`kubectl did not fail: ${output}`),
      (failure: unknown) => failure as { readonly stderr?: string; readonly stdout?: string } & Error,
    );
    return "stderr" in error ? `${error.stdout ?? ""}${error.stderr ?? ""}` : error.message;
  };

  it("applies manifests on the client's side, and again without a change", async () => {
    expect(await kubectl("apply", "-f", manifests)).toBe(
      "configmap/settings unchanged\npod/run unchanged\nworkflow.argoproj.io/flow unchanged\ncoderun.agents.platform/task-7 unchanged\n",
    );
    const changed = join(api.directory, "changed.yaml");
    await writeFile(changed, MANIFESTS.replace("{colour: blue}", "{size: large}").replace("taskId: 7", "taskId: 8"));
    expect(await kubectl("apply", "-f", changed)).toBe(
      "configmap/settings configured\npod/run unchanged\nworkflow.argoproj.io/flow unchanged\ncoderun.agents.platform/task-7 configured\n",
    );
    expect((await api.store.get(CONFIG_MAP, { namespace: "default", name: "settings" }))?.data).toEqual({
      size: "large",
    });
  });

  it("refuses a manifest with an unknown field before anything is stored", async () => {
    const wrong = join(api.directory, "wrong.yaml");
    await writeFile(wrong, MANIFESTS.split("---")[3]?.replace("task-7", "task-9").replace("model:", "modle:") ?? "");

    expect(await failing("apply", "-f", wrong)).toContain('unknown field "spec.modle"');
  });

  it("says why server-side apply is not there", async () => {
    expect(await failing("apply", "--server-side", "-f", manifests)).toContain("use client-side apply");
  });

  it("gets tables, short names, all, and YAML", async () => {
    const table = await kubectl("get", "cr");
    expect(table).toMatch(/^NAME +TASK +SERVICE +MODEL +PHASE +AGE\ntask-7 +[78] +shop +scripted +\d+s\n$/);
    expect(await kubectl("get", "all")).toMatch(
      /pod\/run[^]*coderun.agents.platform\/task-7[^]*workflow.argoproj.io\/flow/,
    );
    expect(await kubectl("get", "wf", "flow", "-o", "yaml")).toContain("entrypoint: main");
    expect(await kubectl("get", "wf", "flow", "-o", "jsonpath={.spec.entrypoint}")).toBe("main");
    expect(await failing("get", "wf", "none")).toBe(
      'Error from server (NotFound): workflows.argoproj.io "none" not found\n',
    );
  });

  it("describes built-in kinds and ours", async () => {
    expect(await kubectl("describe", "pod", "run")).toMatch(/Init Containers:\n +prepare:[^]*Events: +<none>/);
    expect(await kubectl("describe", "coderun", "task-7")).toContain("Working Directory:  .");
    expect(await kubectl("explain", "coderun.spec.taskId")).toContain("<integer>");
  });

  it("reads logs of a container, of all, and says which ones there are", async () => {
    expect(await kubectl("logs", "run", "-c", "prepare", "--tail", "5")).toBe("from prepare, last 5\n");
    // kubectl takes the containers in no order.
    const all = await kubectl("logs", "run", "--all-containers");
    expect(all.trimEnd().split("\n").toSorted()).toEqual(["from prepare", "from publish"]);
    expect(await failing("logs", "run", "-c", "none")).toContain("container none is not valid for pod run");
  });

  it("watches, and sees a change as it happens", async () => {
    const watching = spawn("kubectl", [...options(), "get", "cm", "-w", "-o", "name"], { env: environment() });
    const lines = linesOf(watching);
    try {
      await lines.until("configmap/settings");
      await api.store.create(CONFIG_MAP, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "arrived", namespace: "default" },
      });
      await lines.until("configmap/arrived");
    } finally {
      watching.kill();
    }
  });

  it("creates what it sends as protobuf", async () => {
    await kubectl("create", "sa", "viewer");
    await kubectl("create", "configmap", "made", "--from-literal=a=b");
    await kubectl("create", "secret", "generic", "hidden", "--from-literal=a=b");
    await kubectl("create", "role", "view", "--verb=get,list", "--resource=coderuns.agents.platform");
    await kubectl("create", "rolebinding", "view", "--role=view", "--serviceaccount=default:viewer");

    expect((await api.store.get(CONFIG_MAP, { namespace: "default", name: "made" }))?.data).toEqual({ a: "b" });
    expect(await kubectl("get", "secret", "hidden", "-o", "jsonpath={.data.a}")).toBe("Yg==");
    expect(await api.store.get(SERVICE_ACCOUNT, { namespace: "default", name: "viewer" })).toBeDefined();
  });

  it("asks what an account may do, and acts as it", async () => {
    const account = "--as=system:serviceaccount:default:viewer";

    await expect.poll(() => kubectl("auth", "can-i", "get", "coderuns", account).catch(String)).toBe("yes\n");
    expect(await failing("auth", "can-i", "create", "coderuns", account)).toMatch(/^no/);
    expect(await kubectl("auth", "can-i", "--list", account)).toMatch(
      /coderuns.agents.platform +\[\] +\[\] +\[get list\]/,
    );
    expect(await kubectl("auth", "whoami")).toContain("operator");
    expect(await failing("delete", "coderun", "task-7", account)).toContain(
      'User "system:serviceaccount:default:viewer" cannot delete resource "coderuns" in API group "agents.platform" in the namespace "default"',
    );
  });

  it("gets a token that works", async () => {
    const token = (await kubectl("create", "token", "viewer")).trim();

    const viewer = await api.connect(token);
    expect(
      await viewer.authorizer
        .authorize({ user: "a", groups: [], verb: "get", group: "", resource: "pods", namespace: "" })
        .catch((error: unknown) => error),
    ).toMatchObject({ code: "Forbidden" });
  });

  it("labels, patches, and deletes", async () => {
    expect(await kubectl("label", "cm", "settings", "a=b")).toBe("configmap/settings labeled\n");
    expect(await kubectl("patch", "wf", "flow", "--type=merge", "-p", '{"spec":{"entrypoint":"other"}}')).toContain(
      "patched",
    );
    expect(await kubectl("delete", "wf", "flow")).toBe('workflow.argoproj.io "flow" deleted\n');
    expect(await kubectl("delete", "cm", "-l", "a=b")).toBe('configmap "settings" deleted\n');
    expect(await failing("get", "wf", "flow")).toContain("NotFound");
  });
});

function linesOf(process: ChildProcess): { readonly until: (line: string) => Promise<void> } {
  let text = "";
  process.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  process.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return {
    until: async (line) => {
      await expect.poll(() => text.split("\n"), { timeout: 10_000, interval: 20 }).toContain(line);
    },
  };
}
