import { describe, expect, it } from "vitest";
import { AGENT_CONTAINERS } from "../../../src/configuration/run-file.ts";
import { buildAgentJob, buildFilesConfigMap } from "../../../src/controllers/agent-run/build-agent-job.ts";
import { buildRunFile } from "../../../src/controllers/agent-run/build-run-file.ts";
import { readRunInput, type AgentRun } from "../../../src/controllers/agent-run/run-input.ts";
import type { Job } from "../../../src/resources/job.ts";
import type { Container } from "../../../src/resources/pod.ts";
import { unsupportedPodFields } from "../../../src/resources/pod-support.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { codeRun, docsRun } from "../../support/runs.ts";

const configuration = { ...CONFIGURATION, requirementSecretsAllowed: ["payments"] };
const withSecret = codeRun({
  spec: { envFromSecrets: [{ name: "PAY", secretName: "payments", secretKey: "token" }], env: { A: "1" } },
});

function parts(run: AgentRun) {
  const read = readRunInput(run, configuration);
  if (read.kind === "invalid") throw new Error(read.problem);
  const file = buildRunFile(run, read.input, 1, configuration);
  return { run, input: read.input, file, jobName: "j", image: "runyard/agent:1", configuration };
}

function podSpec(run: AgentRun = withSecret) {
  const job = buildAgentJob(parts(run));
  return { ...job.spec.template.spec, all: containersOf(job) };
}

function containersOf({ spec }: Job): readonly Container[] {
  const { initContainers = [], containers } = spec.template.spec;
  return [...initContainers, ...containers];
}

describe("the pod of a run", () => {
  it("runs its containers one after the other, publish last, once", () => {
    const job = buildAgentJob(parts(codeRun()));

    expect(podSpec().initContainers?.map(({ name }) => name)).toEqual(["prepare", "agent", "verify"]);
    expect(podSpec().containers.map(({ name }) => name)).toEqual(["publish"]);
    expect(job.spec).toMatchObject({ backoffLimit: 0, completions: 1, template: { spec: { restartPolicy: "Never" } } });
  });

  it("needs nothing that one machine has not", () => {
    expect(unsupportedPodFields(buildAgentJob(parts(withSecret)).spec.template.spec, "spec")).toEqual([]);
  });

  it("fails with its pod where a node is drained, instead of starting a second one beside it", () => {
    const { podFailurePolicy } = buildAgentJob(parts(codeRun())).spec;

    expect(podFailurePolicy?.rules).toMatchObject([
      { action: "FailJob", onPodConditions: [{ type: "DisruptionTarget" }] },
    ]);
  });

  it("tells its containers not to look for a way out only where the operator has said so", () => {
    const isTold = (directEgress: "refuse" | "allow") => {
      const job = buildAgentJob({ ...parts(codeRun()), configuration: { ...configuration, directEgress } });
      return containersOf(job).map(({ env }) => env?.find(({ name }) => name === "RUNYARD_DIRECT_EGRESS")?.value);
    };

    expect(new Set(isTold("allow"))).toEqual(new Set(["allow"]));
    expect(new Set(isTold("refuse"))).toEqual(new Set([undefined]));
  });

  it("asks for less memory than it may use, and never for more", () => {
    const requested = (memoryBytes: number) => {
      const limits = { ...configuration.limits, memoryBytes };
      const job = buildAgentJob({ ...parts(codeRun()), configuration: { ...configuration, limits } });
      return containersOf(job).map(({ resources }) => Number(resources?.requests?.["memory"]));
    };

    expect(new Set(requested(1_000))).toEqual(new Set([1_000]));
    expect(Math.max(...requested(4_000_000_000))).toBeLessThan(1_000_000_000);
  });

  it("is told where a cluster's gateway is, and whom to believe there; on one machine there is nothing to tell", () => {
    const gateway = { address: "10.96.0.7:8443", authority: "PEM" };
    const cluster = { ...parts(codeRun()), gateway };
    const { initContainers = [], containers } = buildAgentJob(cluster).spec.template.spec;

    for (const { env } of [...initContainers, ...containers])
      expect(env).toContainEqual({ name: "RUNYARD_GATEWAY_ADDRESS", value: gateway.address });
    expect(buildFilesConfigMap(cluster).data?.["gateway-ca.crt"]).toBe("PEM");
    expect(JSON.stringify(buildAgentJob(parts(codeRun())))).not.toContain("GATEWAY_ADDRESS");
    expect(Object.keys(buildFilesConfigMap(parts(codeRun())).data ?? {})).toEqual(["run.json"]);
  });

  it("lets nobody write what a later container trusts", () => {
    const writable = podSpec().all.map(({ name, volumeMounts = [] }) => [
      name,
      volumeMounts.filter((mount) => mount.readOnly !== true && mount.name !== "tmp").map((mount) => mount.name),
    ]);

    expect(Object.fromEntries(writable)).toEqual({
      prepare: ["source"],
      agent: ["workspace", "result"],
      verify: ["verify-workspace", "verified"],
      publish: ["publish-workspace"],
    });
  });

  it("gives each container the token of its own role alone", () => {
    for (const { name, volumeMounts = [] } of podSpec().all) {
      const tokens = volumeMounts.map((mount) => mount.name).filter((volume) => volume.startsWith("token-"));
      expect(tokens).toEqual([`token-${name}`]);
    }
  });

  it("has an allowed secret as a file, for the containers that run the repository's commands", () => {
    const mounts = podSpec().all.map(({ name, volumeMounts = [] }) => [
      name,
      volumeMounts.some((mount) => mount.name === "secret-payments"),
    ]);

    expect(Object.fromEntries(mounts)).toEqual({ prepare: false, agent: true, verify: true, publish: false });
    expect(parts(withSecret).file.secretFiles).toEqual({ PAY_FILE: "/var/run/secrets/run/payments/token" });
  });

  it("finds run.json in the ConfigMap beside it, without a secret in it", () => {
    const { metadata, data } = buildFilesConfigMap(parts(withSecret));

    expect(podSpec().volumes?.find(({ name }) => name === "run")?.configMap?.name).toBe(metadata.name);
    expect(JSON.parse(data?.["run.json"] ?? "")).toMatchObject({ version: 1, environment: { A: "1" }, attempt: 1 });
  });

  it("says of a DocsRun what existing installations select by", () => {
    expect(buildAgentJob(parts(docsRun())).metadata.labels).toMatchObject({
      component: "docs-generator",
      "job-type": "docs",
      "github-identity": "runyard-docs",
      "runyard.dev/run-kind": "DocsRun",
    });
  });
});

describe("known defects of the seed", () => {
  it("A.2 a finished Job has no time to live: it goes with its run, after its end has been recorded", () => {
    expect(buildAgentJob(parts(codeRun())).spec.ttlSecondsAfterFinished).toBeUndefined();
  });

  it("D.1 a run shares no volume with another: every one is its pod's own, or read-only", () => {
    const kinds = (podSpec().volumes ?? []).flatMap(({ name: _name, ...source }) => Object.keys(source));

    expect([...new Set(kinds)].sort()).toEqual(["configMap", "emptyDir", "projected"]);
  });

  it("E.1 a token lives as long as its pod may", () => {
    const { spec } = buildAgentJob(parts(codeRun()));
    const tokens = (spec.template.spec.volumes ?? [])
      .flatMap((volume) => volume.projected?.sources ?? [])
      .flatMap((source) => ("serviceAccountToken" in source ? [source.serviceAccountToken] : []));

    expect(tokens).toHaveLength(AGENT_CONTAINERS.length);
    for (const token of tokens) {
      expect(token?.expirationSeconds).toBeGreaterThanOrEqual(spec.activeDeadlineSeconds ?? Infinity);
    }
  });

  it("E.3 no variable of a container holds a secret: there are folders and files, and nothing is taken from a Secret", () => {
    for (const { env = [] } of podSpec().all) {
      expect(env.length).toBeGreaterThan(0);
      for (const variable of env) {
        expect(variable).toEqual({ name: expect.any(String), value: expect.stringMatching(/^\/[a-z/-]+$/) });
      }
    }
  });

  it("E.4 no pod holds the App's private key, and none may raise its rights", () => {
    const spec = podSpec();
    const secrets = (spec.volumes ?? []).flatMap((volume) =>
      (volume.projected?.sources ?? []).flatMap((source) => ("secret" in source ? [source.secret?.name] : [])),
    );

    expect(secrets).toEqual(["payments"]);
    expect(spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
    for (const { securityContext } of spec.all) {
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
    }
  });
});
