// The demonstration's scenario with the chart on a real cluster, beside real Argo Workflows and Argo Events, and on one machine; each
// delivery of GitHub comes twice on the cluster. What both leave must be the same. Needs RUNYARD_TEST_KUBECONFIG, and both images in
// the cluster; docs/guides/cluster.md says how. Writes docs/reference/cluster-results.json.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startEngine } from "../../src/programs/engine.ts";
import { differences } from "../conformance/workflow-runs/difference.ts";
import { auditLogEnd, readAuditFigures } from "../support/audit-log.ts";
import { findTestCluster, readClusterVersions, startClusterEngine } from "../support/cluster-engine.ts";
import { hashOfCovered, writeResults } from "../support/cluster-results.ts";
import { demonstrate, type Demonstration } from "../support/demonstrate.ts";
import { ALLOWED_DIFFERENCES } from "./allowed-differences.ts";

const SCENARIO_MS_MAX = 2_400_000;
const NAMESPACE = "runyard";
const DIFFERENCES_MAX = 15;
const cluster = findTestCluster(process.env);
/** A file on this machine; without one the figures of the API's requests are left out. */
const AUDIT_LOG = process.env["RUNYARD_TEST_AUDIT_LOG"];

it.skipIf(cluster === undefined)(
  "the demonstration leaves on a cluster what it leaves on one machine",
  async () => {
    if (cluster === undefined) throw new Error("there is no cluster");
    const from = AUDIT_LOG === undefined ? 0 : await auditLogEnd(AUDIT_LOG);
    const there = await demonstrate({
      start: (options) => startClusterEngine(options, cluster),
      msMax: SCENARIO_MS_MAX,
    });
    const audit = AUDIT_LOG === undefined ? undefined : await readAuditFigures(AUDIT_LOG, from, NAMESPACE);
    const here = await demonstrate({ start: startEngine, msMax: SCENARIO_MS_MAX });

    expect([here.passed, there.passed]).toEqual([true, true]);
    expect(there.effects).toEqual(here.effects);
    const found = differences(comparable(here), comparable(there));
    const unexplained = found.filter(({ path }) => !ALLOWED_DIFFERENCES.some((allowed) => allowed.path.test(path)));
    expect(unexplained.map(({ path, text }) => `${path}: ${text}`)).toEqual([]);
    const unused = ALLOWED_DIFFERENCES.filter((allowed) => !found.some(({ path }) => allowed.path.test(path)));
    for (const { path, reason } of unused) console.warn(`not needed on this cluster: ${path.source}: ${reason}`);
    expect(ALLOWED_DIFFERENCES.length).toBeLessThanOrEqual(DIFFERENCES_MAX);
    writeResults({
      hash: hashOfCovered(),
      date: new Date().toISOString().slice(0, 10),
      commit: (await promisify(execFile)("git", ["rev-parse", "HEAD"])).stdout.trim(),
      versions: await readClusterVersions(cluster),
      counts: {
        workflows: Object.keys(there.workflows).length,
        runs: Object.keys(there.runs).length,
        effects: there.effects.length,
      },
      figures: {
        ...audit,
        secondsOnTheCluster: Math.round(there.seconds),
        secondsOnOneMachine: Math.round(here.seconds),
        secondsOfTheTaskOnTheCluster: there.taskSeconds,
        secondsOfTheTaskOnOneMachine: here.taskSeconds,
      },
      allowedDifferences: ALLOWED_DIFFERENCES.length,
    });
  },
  2 * SCENARIO_MS_MAX,
);

function comparable({ workflows, runs }: Demonstration) {
  return { workflows, runs };
}
