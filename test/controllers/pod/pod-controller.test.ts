// Jobs and pods end to end: the real store, loop, runner, supervisors and sandboxes.
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createJobController } from "../../../src/controllers/job/job-controller.ts";
import { runControllers } from "../../../src/controllers/loop/run-controllers.ts";
import { createPodController } from "../../../src/controllers/pod/pod-controller.ts";
import { openServiceAccountTokens } from "../../../src/platform/embedded/service-account-tokens.ts";
import {
  openSupervisedPodRunner,
  type SupervisedPodRunnerOptions,
} from "../../../src/platform/embedded/supervised-pod-runner.ts";
import { SYSTEM_CLOCK } from "../../../src/platform/node/system-clock.ts";
import { COLLECT_OUTPUTS, POD_OUTPUTS } from "../../../src/platform/pod-runner.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { CONFIG_MAP, EVENT, SECRET, SERVICE_ACCOUNT } from "../../../src/resources/core.ts";
import { JOB, type Job } from "../../../src/resources/job.ts";
import type { Kind } from "../../../src/resources/kind.ts";
import type { KubernetesObject } from "../../../src/resources/object-meta.ts";
import { POD, type Pod, type PodSpec } from "../../../src/resources/pod.ts";
import { processesLeft, processesWith, SEARCH_PATH, shell, whyNoSandbox } from "../../support/pods.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const missing = await whyNoSandbox();

interface World {
  readonly store: ResourceStore;
  readonly directory: string;
  readonly log: RecordingLog;
}

async function startWorld(options: Partial<SupervisedPodRunnerOptions> = {}): Promise<World> {
  const store = await temporaryStore();
  const directory = await mkdtemp(join(tmpdir(), "pods-"));
  const runner = await openSupervisedPodRunner({ dataDirectory: directory, path: SEARCH_PATH, ...options });
  const tokens = await openServiceAccountTokens({ keyPath: join(directory, "key"), store, clock: SYSTEM_CLOCK });
  const sources = { store, tokens, apiAudience: "api", apiCertificateAuthority: "certificate" };
  const log = new RecordingLog();
  const abort = new AbortController();
  const running = runControllers({
    controllers: [createPodController({ ...sources, runner }), createJobController(store)],
    store,
    clock: SYSTEM_CLOCK,
    log,
    signal: abort.signal,
  });
  onTestFinished(async () => {
    for (const { metadata } of (await store.list(POD)).items) {
      if (metadata.deletionTimestamp === undefined) await store.delete(POD, { namespace: "ns", name: metadata.name });
    }
    await until(async () => (await store.list(POD)).items.length === 0);
    abort.abort();
    await running;
    await runner.close();
    await rm(directory, { recursive: true, maxRetries: 5 });
  });
  return { store, directory, log };
}

async function until(isReached: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (await isReached()) return;
    await SYSTEM_CLOCK.sleep(20);
  }
  throw new Error("it did not get there");
}

/** The object once it is as wanted. */
async function reach<T extends KubernetesObject>(
  store: ResourceStore,
  kind: Kind<T>,
  name: string,
  test: (object: T) => boolean,
): Promise<T> {
  let found: T | undefined;
  await until(async () => {
    found = await store.get(kind, { namespace: "ns", name });
    return found !== undefined && test(found);
  });
  if (found === undefined) throw new Error(`${name} is not there`);
  return found;
}

function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

function podNamed(
  name: string,
  script: string,
  changes: { spec?: Partial<PodSpec>; annotations?: Record<string, string> } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "ns", annotations: changes.annotations ?? {} },
    spec: { restartPolicy: "Never", containers: [shell(script)], ...changes.spec },
  };
}

describe.skipIf(missing !== undefined)("pods and Jobs of the engine", () => {
  it("a pod gets its ConfigMaps, Secrets and tokens, and its outputs stand in its annotation", async () => {
    const { store } = await startWorld();
    const metadata = { name: "a", namespace: "ns" };
    await store.create(SERVICE_ACCOUNT, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    await store.create(CONFIG_MAP, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { k: "from a map" },
      binaryData: { b: "AP8=" },
    });
    await store.create(SECRET, { apiVersion: "v1", kind: "Secret", metadata, data: { s: btoa("from a secret") } });
    const account = "/var/run/secrets/kubernetes.io/serviceaccount";
    const script = [
      "cat /config/k",
      "cat /both/x/s",
      "od -An -tx1 /config/b",
      `stat -c %a /both/x/s ${account}/token`,
      `cat ${account}/ca.crt`,
      `cat ${account}/namespace`,
      "cut -d. -f2 < /both/token",
    ].join("; echo; ");
    const volumeMounts = [
      { name: "config", mountPath: "/config" },
      { name: "both", mountPath: "/both" },
    ];
    const spec: Partial<PodSpec> = {
      serviceAccountName: "a",
      containers: [shell(script, { volumeMounts })],
      volumes: [
        { name: "config", configMap: { name: "a" } },
        {
          name: "both",
          projected: {
            sources: [
              { secret: { name: "a", items: [{ key: "s", path: "x/s" }] } },
              { configMap: { name: "none", optional: true } },
              { serviceAccountToken: { path: "token", audience: "gateway" } },
            ],
          },
        },
      ],
    };

    await store.create(
      POD,
      podNamed("p", "", { spec, annotations: { [COLLECT_OUTPUTS]: '{"main":{"result":true}}' } }),
    );
    const pod = await reach(store, POD, "p", hasEnded);

    expect(pod.status).toMatchObject({ phase: "Succeeded" });
    const outputs = JSON.parse(pod.metadata.annotations?.[POD_OUTPUTS] ?? "{}") as { main: { result: string } };
    const lines = outputs.main.result.split("\n").filter(Boolean);
    const payload = Buffer.from(lines.pop() ?? "", "base64url").toString();
    expect(lines).toEqual(["from a map", "from a secret", " 00 ff", "600", "600", "certificate", "ns"]);
    const claims = JSON.parse(payload) as { aud: string[]; "kubernetes.io": { pod: { uid: string } } };
    expect(claims.aud).toEqual(["gateway"]);
    expect(claims["kubernetes.io"].pod.uid).toBe(pod.metadata.uid);
  });

  it("a pod waits for a ConfigMap that does not exist, says so, and starts when it does", async () => {
    const { store } = await startWorld();
    const spec: Partial<PodSpec> = { volumes: [{ name: "c", configMap: { name: "late" } }] };

    await store.create(POD, podNamed("p", "true", { spec }));
    const waiting = await reach(store, POD, "p", (pod) => pod.status !== undefined);
    await store.create(CONFIG_MAP, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "late", namespace: "ns" },
      data: {},
    });
    const pod = await reach(store, POD, "p", hasEnded);

    expect(waiting.status?.containerStatuses?.[0]?.state).toEqual({
      waiting: { reason: "CreateContainerConfigError", message: 'configmap "late" not found' },
    });
    expect((await store.list(EVENT)).items).toMatchObject([{ reason: "FailedMount", involvedObject: { name: "p" } }]);
    expect(pod.status?.phase).toBe("Succeeded");
  });

  it("a deleted pod is gone only after its processes", async () => {
    const { store, directory } = await startWorld();
    const sleep = `sleep ${String(1000 + Math.random() * 1e6)}`;
    const spec = { terminationGracePeriodSeconds: 0 };
    await store.create(POD, podNamed("p", `setsid ${sleep} & exec ${sleep}`, { spec }));
    await reach(store, POD, "p", (pod) => pod.status?.phase === "Running");
    await until(async () => (await processesWith(sleep.replace(" ", "\0"))).length === 2);

    await store.delete(POD, { namespace: "ns", name: "p" });
    await until(async () => (await store.get(POD, { namespace: "ns", name: "p" })) === undefined);

    expect(await processesWith(sleep.replace(" ", "\0"))).toEqual([]);
    expect(await readdir(join(directory, "pods"))).toEqual([]);
  });

  it("a Job runs its pod and is complete; one whose pod fails has failed with the reason", async () => {
    const { store } = await startWorld();
    const job = (name: string, script: string): Job => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name, namespace: "ns" },
      spec: { backoffLimit: 0, template: { spec: podNamed("", script).spec } },
    });

    await store.create(JOB, job("good", "true"));
    await store.create(JOB, job("bad", "exit 4"));
    const hasCondition = (type: string) => (object: Job) =>
      object.status?.conditions?.some((condition) => condition.type === type) === true;
    const good = await reach(store, JOB, "good", hasCondition("Complete"));
    const bad = await reach(store, JOB, "bad", hasCondition("Failed"));

    expect(good.status).toMatchObject({ succeeded: 1 });
    expect(bad.status).toMatchObject({ failed: 1 });
    expect(bad.status?.conditions?.at(-1)?.message).toContain("container main ended with 4");
    expect(
      (await store.list(POD)).items
        .map((pod) => pod.metadata.labels?.["job-name"] ?? "")
        .sort((a, b) => a.localeCompare(b)),
    ).toEqual(["bad", "good"]);
  });

  it("a pod whose supervisor was killed has failed as lost", async () => {
    const { store, directory } = await startWorld();
    const sleep = `sleep ${String(1000 + Math.random() * 1e6)}`;
    await store.create(POD, podNamed("p", `exec ${sleep}`));
    const { metadata } = await reach(store, POD, "p", (pod) => pod.status?.phase === "Running");
    const claim = await readFile(join(directory, "pods", metadata.uid ?? "", "claim.json"), "utf8");

    process.kill((JSON.parse(claim) as { pid: number }).pid, "SIGKILL");
    const pod = await reach(store, POD, "p", hasEnded);

    expect(pod.status).toMatchObject({ phase: "Failed", reason: "NodeLost" });
    expect(await processesLeft(sleep.replace(" ", "\0"))).toEqual([]);
  });
});

describe("without a sandbox", () => {
  it("a pod is refused in its status, with the command that mends it", async () => {
    const { store } = await startWorld({ path: "/nonexistent" });

    await store.create(POD, podNamed("p", "true"));
    const pod = await reach(store, POD, "p", hasEnded);

    expect(pod.status).toMatchObject({ phase: "Failed", reason: "SandboxUnavailable" });
    expect(pod.status?.message).toContain("apt-get install bubblewrap");
  });
});
