// The controller of a cluster as processes of their own, on a real API: ours. A real cluster's is in test/cluster.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadValues } from "../../src/programs/engine/load-values.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { CONFIG_MAP, LEASE } from "../../src/resources/core.ts";
import { JOB } from "../../src/resources/job.ts";
import { startTestApi, type TestApi } from "../support/api-server.ts";
import { freePort } from "../support/free-port.ts";
import { codeRun } from "../support/runs.ts";

const PROGRAM = fileURLToPath(new URL("../../src/programs/controller.ts", import.meta.url));
const CHART = fileURLToPath(new URL("../../charts/runyard", import.meta.url));
const NAMESPACE = "runyard";
const SYSTEM = "runyard-system";
const WAIT_MS_MAX = 40_000;

let api: TestApi;
let values: string;
const processes = new Set<ChildProcess>();

beforeEach(async () => {
  api = await startTestApi();
  values = join(api.directory, "values.json");
  await writeFile(values, JSON.stringify(await loadValues(CHART, undefined)));
  await api.store.create(CONFIG_MAP, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: NAMESPACE, name: "runyard-gateway" },
    data: { address: "localhost:8443", "ca.crt": "an authority" },
  });
});
afterEach(async () => {
  for (const child of processes) child.kill("SIGKILL");
  processes.clear();
  await api.close();
});

async function start(name: string) {
  const port = await freePort();
  const args = [
    "--configuration",
    values,
    "--namespace",
    NAMESPACE,
    "--system-namespace",
    SYSTEM,
    "--port",
    String(port),
  ];
  const child = spawn(process.execPath, [PROGRAM, ...args, "--kubeconfig", api.kubeconfig], {
    env: { PATH: process.env["PATH"], POD_NAME: name },
    stdio: ["ignore", "pipe", "inherit"],
  });
  processes.add(child);
  const output: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    return answer === undefined ? ([0, ""] as const) : ([answer.status, await answer.text()] as const);
  };
  const ended = once(child, "exit") as Promise<[number | null, string | null]>;
  return { child, ask, ended, said: () => output.join("") };
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}

async function holder(): Promise<string> {
  const lease = await api.store.get(LEASE, { namespace: SYSTEM, name: "runyard-controller" });
  return lease?.spec?.holderIdentity?.split("_")[0] ?? "";
}

async function hasJob(run: string): Promise<boolean> {
  const { items } = await api.store.list(JOB, { namespace: NAMESPACE });
  return items.some(({ metadata }) => metadata.ownerReferences?.some(({ name }) => name === run) === true);
}

describe("the controller of a cluster", () => {
  it("tells its health and its metrics, does its work, and leaves its Lease when it is told to stop", async () => {
    const one = await start("one");
    await until("it is ready", async () => (await one.ask("/readyz"))[0] === 200);
    await until("it leads", async () => (await holder()) === "one");
    await api.store.create(CODE_RUN, codeRun({ name: "first" }));
    await until("the Job of the run", () => hasJob("first"));

    expect(await one.ask("/healthz")).toEqual([200, "ok\n"]);
    const [, metrics] = await one.ask("/metrics");
    expect(metrics).toMatch(/^runyard_leader 1$/m);
    expect(metrics).toMatch(/runyard_reconcile_total\{controller="code-run",result="settled"\} [1-9]/);

    one.child.kill("SIGTERM");
    expect(await one.ended).toEqual([0, null]);
    expect(await holder()).toBe("");
  }, 90_000);

  it("is followed by another when it is stopped past its Lease, and does nothing when it goes on", async () => {
    const one = await start("one");
    await until("the first leads", async () => (await holder()) === "one");
    const two = await start("two");
    await until("the second stands by", async () => (await two.ask("/readyz"))[0] === 200);
    expect((await two.ask("/metrics"))[1]).not.toMatch(/^runyard_leader 1$/m);

    one.child.kill("SIGSTOP");
    await until("the second leads", async () => (await holder()) === "two");
    await api.store.create(CODE_RUN, codeRun({ name: "second" }));
    await until("the Job of the run", () => hasJob("second"));
    one.child.kill("SIGCONT");

    expect(await one.ended).toEqual([1, null]);
    expect(one.said()).toContain("does not lead any more");
    expect(await holder()).toBe("two");
  }, 120_000);

  it("ends with what is wrong and what to do, where values or rights are not as they must be", async () => {
    await writeFile(values, JSON.stringify({ ...(await loadValues(CHART, undefined)), limitz: {} }));
    const one = await start("one");

    expect(await one.ended).toEqual([1, null]);
    expect(one.said()).toMatch(/"message":".*limitz.*did you mean.*limits.*"fix":"correct the values/);
  }, 60_000);
});
