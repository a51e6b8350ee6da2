import { expect, it } from "vitest";
import { unsupportedPodFields } from "../../src/resources/pod-support.ts";

const container = { name: "main", command: ["true"] };

function refusedFields(spec: unknown): readonly string[] {
  return unsupportedPodFields(spec, "spec").map((refusal) => refusal.field);
}

it("a pod of a run, with all its restrictions, is accepted", () => {
  const spec = {
    serviceAccountName: "a",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 30,
    activeDeadlineSeconds: 5,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    initContainers: [
      {
        ...container,
        image: "i",
        imagePullPolicy: "Always",
        args: ["x"],
        workingDir: "/work",
        env: [
          { name: "A", value: "" },
          { name: "B", valueFrom: { fieldRef: { fieldPath: "metadata.labels['x']" } } },
        ],
        resources: { requests: { cpu: "1" }, limits: { memory: "4Gi", cpu: "500m" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp", subPath: "a/b", readOnly: true },
          { name: "tmp", mountPath: "/etc/own" },
        ],
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
      },
    ],
    containers: [container],
    volumes: [
      { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
      { name: "config", configMap: { name: "c", items: [{ key: "k", path: "p/q" }], optional: true } },
      {
        name: "token",
        projected: {
          defaultMode: 256,
          sources: [
            { serviceAccountToken: { audience: "a", expirationSeconds: 600, path: "token" } },
            { secret: { name: "s" } },
            { configMap: { name: "c", optional: false } },
          ],
        },
      },
    ],
  };

  expect(unsupportedPodFields(spec, "spec")).toEqual([]);
});

it.each([
  ["a field that is not known", { hostNetwork: true }, "spec.hostNetwork"],
  ["a name of every object", { constructor: 1 }, "spec.constructor"],
  ["a restart", { restartPolicy: "OnFailure" }, "spec.restartPolicy"],
  ["a probe", { containers: [{ ...container, livenessProbe: {} }] }, "spec.containers[0].livenessProbe"],
  ["no command", { containers: [{ name: "main", args: ["x"] }] }, "spec.containers[0].command"],
  ["not a container", { containers: ["x"] }, "spec.containers[0]"],
  ["not a list", { containers: {} }, "spec.containers"],
  [
    "a secret in a variable",
    { containers: [{ ...container, env: [{ name: "A", valueFrom: { secretKeyRef: {} } }] }] },
    "spec.containers[0].env[0].valueFrom.secretKeyRef",
  ],
  [
    "a field that is not known here",
    { containers: [{ ...container, env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "status.phase" } } }] }] },
    "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath",
  ],
  [
    "a privilege",
    { containers: [{ ...container, securityContext: { privileged: true } }] },
    "spec.containers[0].securityContext.privileged",
  ],
  [
    "a capability",
    { containers: [{ ...container, securityContext: { capabilities: { add: ["NET_ADMIN"] } } }] },
    "spec.containers[0].securityContext.capabilities.add",
  ],
  [
    "a device",
    { containers: [{ ...container, resources: { limits: { "nvidia.com/gpu": "1" } } }] },
    "spec.containers[0].resources.limits.nvidia.com/gpu",
  ],
  [
    "not a quantity",
    { containers: [{ ...container, resources: { limits: { memory: "much" } } }] },
    "spec.containers[0].resources.limits.memory",
  ],
  [
    "a mount over the sandbox",
    { containers: [{ ...container, volumeMounts: [{ name: "a", mountPath: "/proc/" }] }] },
    "spec.containers[0].volumeMounts[0].mountPath",
  ],
  [
    "a mount over the root",
    { containers: [{ ...container, volumeMounts: [{ name: "a", mountPath: "/" }] }] },
    "spec.containers[0].volumeMounts[0].mountPath",
  ],
  [
    "a relative mount",
    { containers: [{ ...container, volumeMounts: [{ name: "a", mountPath: "a" }] }] },
    "spec.containers[0].volumeMounts[0].mountPath",
  ],
  [
    "a way up",
    { containers: [{ ...container, volumeMounts: [{ name: "a", mountPath: "/a", subPath: "../b" }] }] },
    "spec.containers[0].volumeMounts[0].subPath",
  ],
  ["a relative directory", { containers: [{ ...container, workingDir: "x" }] }, "spec.containers[0].workingDir"],
  ["a directory of the host", { volumes: [{ name: "a", hostPath: { path: "/" } }] }, "spec.volumes[0].hostPath"],
  ["two kinds of volume", { volumes: [{ name: "a", emptyDir: {}, configMap: { name: "c" } }] }, "spec.volumes[0]"],
  ["a volume named like a path", { volumes: [{ name: "../a", emptyDir: {} }] }, "spec.volumes[0].name"],
] as const)("%s is refused with its path", (_what, spec, field) => {
  expect(refusedFields(spec)).toEqual([field]);
});

it("empty parts are no fault, and what is no object is refused", () => {
  expect(refusedFields({ containers: [{ ...container, securityContext: null, resources: { limits: null } }] })).toEqual(
    [],
  );
  expect(refusedFields("x")).toEqual(["spec"]);
  expect(refusedFields({ containers: [{ ...container, securityContext: "x", resources: { limits: "x" } }] })).toEqual([
    "spec.containers[0].securityContext",
    "spec.containers[0].resources.limits",
  ]);
});
