import { describe, expect, it } from "vitest";
import { COLLECT_OUTPUTS } from "../../../../src/platform/pod-runner.ts";
import { buildPlainProcess } from "../../../../src/platform/embedded/supervisor/build-plain-process.ts";
import { buildPodPlan, type PlanSettings } from "../../../../src/platform/embedded/supervisor/build-pod-plan.ts";
import type { ContainerPlan } from "../../../../src/platform/embedded/supervisor/pod-plan.ts";
import type { Container, Pod, PodSpec, Volume } from "../../../../src/resources/pod.ts";

const settings: PlanSettings = {
  podDirectory: "/data/pods/u",
  isolation: {
    kind: "sandbox",
    bubblewrap: "/usr/bin/bwrap",
    identity: { kind: "self", uid: 1, gid: 1 },
    host: { roots: [], etc: [] },
    installation: { node: "/node", preparedFiles: "/data/sandbox", application: {}, toolchains: [] },
  },
  gatewaySocket: "/data/gateway/gateway.sock",
  apiSocket: "/data/api/api.sock",
  initProgram: "src/programs/container-init.ts",
};
const token: Volume = {
  name: "token",
  projected: { sources: [{ serviceAccountToken: { path: "token", audience: "g" } }] },
};

function pod(
  container: Partial<Container>,
  changes: { spec?: Partial<PodSpec>; annotations?: Record<string, string> } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "p.one",
      namespace: "ns",
      uid: "u",
      labels: { app: "x" },
      annotations: changes.annotations ?? {},
    },
    spec: { containers: [{ name: "main", command: ["run"], ...container }], ...changes.spec },
  };
}

function planOf(made: Pod, changed: Partial<PlanSettings> = {}): ContainerPlan {
  const [container] = buildPodPlan(made, { ...settings, ...changed }).containers;
  if (container === undefined) throw new Error("no container");
  return container;
}

describe("the plan of a container", () => {
  it("a container without a token gets neither socket nor init", () => {
    const plan = planOf(pod({}));

    expect(plan.command).toEqual(["run"]);
    expect(plan).toMatchObject({ gateway: false, api: false, workingDirectory: "/home/runyard" });
    expect(Object.keys(plan.environment)).toEqual(["PATH", "HOME", "HOSTNAME", "LANG"]);
  });

  it("a container with a token of its own reaches the gateway through the init", () => {
    const plan = planOf(
      pod({ volumeMounts: [{ name: "token", mountPath: "/var/run/runyard/" }] }, { spec: { volumes: [token] } }),
    );

    expect(plan).toMatchObject({ gateway: true, api: false });
    expect(plan.command).toEqual([
      "/opt/runyard/node",
      "/opt/runyard/app/src/programs/container-init.ts",
      "--gateway",
      "--test-egress",
      "--",
      "run",
    ]);
    expect(plan.environment["RUNYARD_GATEWAY_URL"]).toBe("http://127.0.0.1:8080");
    expect(plan.mounts[0]).toMatchObject({ target: "/var/run/runyard", readOnly: true });
  });

  it("the ServiceAccount's default token opens the API and not the gateway", () => {
    const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    const plan = planOf(pod({ volumeMounts: [{ name: "token", mountPath }] }, { spec: { volumes: [token] } }));

    expect(plan).toMatchObject({ gateway: false, api: true });
    expect(plan.environment).toMatchObject({ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: "6443" });
  });

  it("a container without a command runs its arguments; without a sandbox it is told where the sockets are, if any", () => {
    const { command: _, ...words } = { ...pod({}).spec.containers[0], name: "main", args: ["a", "b"] };
    const bare = pod({});
    const open = { isolation: { kind: "none", paths: {} } as const };
    const { gatewaySocket: _gateway, apiSocket: _api, ...alone } = settings;

    expect(planOf({ ...bare, spec: { containers: [words] } }).command).toEqual(["a", "b"]);
    expect(planOf(bare, open).environment).toMatchObject({
      RUNYARD_GATEWAY_SOCKET: "/data/gateway/gateway.sock",
      RUNYARD_API_SOCKET: "/data/api/api.sock",
    });
    const [lonely] = buildPodPlan(bare, { ...alone, ...open }).containers;
    expect(Object.keys(lonely?.environment ?? {})).toEqual(["PATH", "HOME", "HOSTNAME", "LANG"]);
  });

  it("variables are expanded in order, and fields of the pod are read", () => {
    const env = [
      { name: "A", value: "1" },
      { name: "B", value: "$(A)-$(A)-$$(A)-$(nope)-$(constructor)" },
      { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "APP", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: "NOTE", valueFrom: { fieldRef: { fieldPath: "metadata.annotations['none']" } } },
      { name: "ODD", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ];

    const plan = planOf(pod({ env, args: ["$(B)", "$(APP)"] }));

    expect(plan.environment).toMatchObject({
      B: "1-1-$(A)-$(nope)-$(constructor)",
      NAME: "p.one",
      APP: "x",
      NOTE: "",
      ODD: "",
    });
    expect(plan.command).toEqual(["run", "1-1-$(A)-$(nope)-$(constructor)", "x"]);
  });

  it("an emptyDir is writable and everything else is not", () => {
    const volumes: Volume[] = [
      { name: "work", emptyDir: {} },
      { name: "config", configMap: { name: "c" } },
    ];
    const volumeMounts = [
      { name: "work", mountPath: "/work", subPath: "a/b" },
      { name: "work", mountPath: "/see", readOnly: true },
      { name: "config", mountPath: "/" },
    ];

    const plan = planOf(pod({ volumeMounts }, { spec: { volumes } }));

    expect(plan.mounts).toEqual([
      { root: "/data/pods/u/volumes/work", relative: "a/b", target: "/work", readOnly: false },
      { root: "/data/pods/u/volumes/work", relative: "", target: "/see", readOnly: true },
      { root: "/data/pods/u/volumes/config", relative: "", target: "/", readOnly: true },
      { root: "/data/pods/u/termination/main", relative: "", target: "/dev/termination-log", readOnly: false },
    ]);
  });

  it("output files are found in volumes, and others get a directory on disk", () => {
    const annotations = {
      [COLLECT_OUTPUTS]: JSON.stringify({ main: { result: true, files: ["/work/x/y", "/tmp/deep/o", "/mnt/out/z"] } }),
    };
    const volumeMounts = [{ name: "work", mountPath: "/work", subPath: "s" }];

    const plan = planOf(pod({ volumeMounts }, { annotations, spec: { volumes: [{ name: "work", emptyDir: {} }] } }));

    expect(plan.keepResult).toBe(true);
    expect(plan.outputs).toEqual([
      { path: "/work/x/y", root: "/data/pods/u/volumes/work", relative: "s/x/y" },
      { path: "/tmp/deep/o", root: "/data/pods/u/scratch/main/tmp", relative: "deep/o" },
      { path: "/mnt/out/z", root: "/data/pods/u/scratch/main/mnt/out", relative: "z" },
    ]);
    expect(plan.mounts.filter((mount) => mount.root.includes("scratch")).map((mount) => mount.target)).toEqual([
      "/tmp",
      "/mnt/out",
    ]);
  });

  it("limits are numbers, and a limit on processes is always there", () => {
    const plan = planOf(pod({ resources: { limits: { memory: "1.5Gi", cpu: "500m" } } }));

    expect(plan.limits).toEqual({ memoryBytes: 1.5 * 2 ** 30, cpu: 0.5, processesMax: 4096 });
    expect(planOf(pod({})).limits).toEqual({ processesMax: 4096 });
    expect(planOf(pod({}), { processesMax: 512 }).limits).toEqual({ processesMax: 512 });
  });

  it("the pod's deadline, name and init containers are in it", () => {
    const spec = { activeDeadlineSeconds: 5, initContainers: [{ name: "first", command: ["a"] }] };
    const { gatewaySocket: _gateway, apiSocket: _api, ...closed } = settings;

    const plan = buildPodPlan(pod({}, { spec }), closed);

    expect(plan).toMatchObject({ uid: "u", hostname: "p-one", activeDeadlineSeconds: 5 });
    expect(plan.initContainers.map((container) => container.name)).toEqual(["first"]);
    expect(plan).not.toHaveProperty("gatewaySocket");
  });
});

describe("a container without a sandbox", () => {
  const isolation = {
    kind: "none",
    paths: { "/opt/runyard/bin": "/data/sandbox/bin", "/home/runyard": "/data/home" },
  } as const;

  it("gets the host's paths in the place of those it knows, and only for whole paths", () => {
    const volumeMounts = [
      { name: "work", mountPath: "/work" },
      { name: "work", mountPath: "/work/sub", subPath: "s" },
    ];
    const spec = { volumes: [{ name: "work", emptyDir: {} }, token] };
    const args = ["cat /work/a '/work' /workspace /x/work", "/work/sub/b", "/opt/runyard/bin/agent"];

    const plain = buildPlainProcess(
      planOf(pod({ volumeMounts, args, workingDir: "/work" }, { spec }), { isolation }),
      isolation.paths,
    );

    expect(plain.command.slice(1)).toEqual([
      "cat /data/pods/u/volumes/work/a '/data/pods/u/volumes/work' /workspace /x/work",
      "/data/pods/u/volumes/work/s/b",
      "/data/sandbox/bin/agent",
    ]);
    expect(plain.workingDirectory).toBe("/data/pods/u/volumes/work");
    expect(plain.environment["HOME"]).toBe("/data/home");
    expect(plain.environment["RUNYARD_GATEWAY_SOCKET"]).toBe("/data/gateway/gateway.sock");
  });

  it("makes no egress test that could only fail", () => {
    const volumeMounts = [{ name: "token", mountPath: "/t" }];

    expect(planOf(pod({ volumeMounts }, { spec: { volumes: [token] } }), { isolation }).command).not.toContain(
      "--test-egress",
    );
  });
});
