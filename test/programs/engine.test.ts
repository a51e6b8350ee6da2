// The engine as a program: its start, its end, and what it says when it cannot start.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEngine, type Engine } from "../../src/programs/engine.ts";
import { connectKubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import { WORKFLOW_TEMPLATE } from "../../src/resources/argo-kinds.ts";
import { CONFIG_MAP, SECRET } from "../../src/resources/core.ts";
import { freePort } from "../support/free-port.ts";
import { processesOf } from "../support/processes.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";
import { temporaryDirectory } from "../support/temporary-store.ts";

const NAMESPACE = "runyard";

async function start(dataDirectory: string, more: { values?: string; port?: number; webhookPort?: number } = {}) {
  const engine = await startEngine({
    dataDirectory,
    port: more.port ?? 0,
    webhookPort: more.webhookPort ?? (await freePort()),
    namespace: NAMESPACE,
    unsafeNoSandbox: false,
    environment: process.env,
    ...(more.values === undefined ? {} : { values: more.values }),
  });
  return engine;
}

async function connect(engine: Engine) {
  const kubernetes = await connectKubernetes({ kubeconfig: { path: engine.kubeconfigPath } }, { clock: REAL_CLOCK });
  onTestFinished(() => kubernetes.close());
  return kubernetes.store;
}

async function writeValues(text: string): Promise<string> {
  const path = join(await temporaryDirectory(), "my-values.yaml");
  await writeFile(path, text);
  return path;
}

describe("an engine that is started, stopped and started again", () => {
  it("is ready with the chart installed, leaves no process, and finds everything again", async () => {
    const directory = await temporaryDirectory();

    const first = await start(directory);
    const store = await connect(first);
    const template = await store.get(WORKFLOW_TEMPLATE, { namespace: NAMESPACE, name: "orchestrator-dag" });
    await store.create(SECRET, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "kept", namespace: NAMESPACE },
      data: { key: Buffer.from("value").toString("base64") },
    });
    await first.close();
    const left = await processesOf(directory);
    const second = await start(directory);
    const found = await connect(second);
    const secret = await found.get(SECRET, { namespace: NAMESPACE, name: "kept" });
    const templateAgain = await found.get(WORKFLOW_TEMPLATE, { namespace: NAMESPACE, name: "orchestrator-dag" });
    await second.close();

    expect(template?.metadata.uid).toBeDefined();
    expect(left).toEqual([]);
    expect(secret?.data).toEqual({ key: Buffer.from("value").toString("base64") });
    expect(templateAgain?.metadata.uid).toBe(template?.metadata.uid);
    expect(templateAgain?.metadata.resourceVersion).toBe(template?.metadata.resourceVersion);
  });
});

describe("a running engine", () => {
  let engine: Engine;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "runyard-engine-"));
    engine = await start(directory);
  });

  afterAll(async () => {
    await engine.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  it("refuses a second one on its data directory, by name and with a hint, and is not disturbed", async () => {
    await expect(start(directory)).rejects.toMatchObject({
      code: "Conflict",
      message: expect.stringContaining(`${directory} is in use by another engine (process ${process.pid}`),
      hint: expect.stringContaining("Stop that engine first"),
    });

    const store = await connect(engine);
    const parameters = await store.get(CONFIG_MAP, { namespace: NAMESPACE, name: "runyard-parameters" });
    expect(engine.missingSecrets.map(({ name }) => name)).toContain("github-webhook");
    expect(parameters?.data?.["agent-image"]).toBe("runyard/agent:0.1.0");
  });

  it("answers a webhook without a signature with a refusal", async () => {
    const response = await fetch(engine.webhookUrl, { method: "POST", body: "{}" });

    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});

describe("an engine that cannot start", () => {
  it("names the port of the API that is in use, and leaves nothing running", async () => {
    const directory = await temporaryDirectory();
    const port = await occupiedPort();

    await expect(start(directory, { port })).rejects.toThrow(String(port));

    expect(await processesOf(directory)).toEqual([]);
    await expectStartable(directory);
  });

  it("names the port for webhooks that is in use, and leaves nothing running", async () => {
    const directory = await temporaryDirectory();
    const webhookPort = await occupiedPort();

    await expect(start(directory, { webhookPort })).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining(`port ${webhookPort} cannot be opened`),
      hint: expect.stringContaining("github.webhook.port of values.yaml"),
    });

    expect(await processesOf(directory)).toEqual([]);
    await expectStartable(directory);
  });

  it("names a data directory that a file stands in the way of", async () => {
    const path = join(await temporaryDirectory(), "taken");
    await writeFile(path, "");

    await expect(start(path)).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining(`${path} cannot be opened at this path`),
      hint: expect.stringContaining("Give a data directory"),
    });
  });

  it("does not turn in circles over a damaged database: it names the file and what to do", async () => {
    const directory = await temporaryDirectory();
    const engine = await start(directory);
    await engine.close();
    const path = join(directory, "runyard.db");
    const bytes = await readFile(path);
    bytes.fill(0x5a, Math.floor(bytes.length / 4), Math.floor((3 * bytes.length) / 4));
    await writeFile(path, bytes);

    await expect(start(directory)).rejects.toMatchObject({
      message: expect.stringContaining(`${path} is damaged or no database`),
      hint: expect.stringContaining("keep a copy of the file"),
    });

    expect(await processesOf(directory)).toEqual([]);
  });

  it.each([
    ["a field that does not exist", "limits: {runUsdMaximum: 3}\n", /limits.*runUsdMaximum/s],
    ["a value of the wrong kind", "limits: {runUsdMax: much}\n", /limits\.runUsdMax/],
    ["text that is no YAML", "agents: [\n", /my-values\.yaml is no YAML/],
  ])("refuses values with %s, naming file and path", async (_what, text, message) => {
    const directory = await temporaryDirectory();
    const values = await writeValues(text);

    await expect(start(join(directory, "data"), { values })).rejects.toMatchObject({
      code: "Invalid",
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });

    expect(existsSync(join(directory, "data"))).toBe(false);
  });

  it("refuses values that do not exist", async () => {
    const directory = await temporaryDirectory();

    await expect(start(directory, { values: "/nonexistent/values.yaml" })).rejects.toMatchObject({
      code: "Invalid",
      message: expect.stringContaining("/nonexistent/values.yaml cannot be read (ENOENT)"),
    });
  });

  it("refuses a database that is none, names it, and does not touch it", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "runyard.db");
    const garbage = "this is no database ".repeat(500);
    await mkdir(directory, { recursive: true });
    await writeFile(path, garbage);

    await expect(start(directory)).rejects.toMatchObject({ message: expect.stringContaining(path) });

    expect(await readFile(path, "utf8")).toBe(garbage);
    expect(await processesOf(directory)).toEqual([]);
  });
});

async function expectStartable(directory: string): Promise<void> {
  const engine = await start(directory);
  await engine.close();
}

/** A port of the loopback on which somebody else listens until the test has finished. */
async function occupiedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}
