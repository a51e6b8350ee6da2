// `runyard describe`: everything that helps to understand one object, and what to do next.
import type { ResourceReader } from "../../platform/resource-store.ts";
import type { Condition } from "../../resources/condition.ts";
import { EVENT, type Event } from "../../resources/core.ts";
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import type { Workflow } from "../../resources/workflow.ts";
import { LABELS } from "../../resources/run-identity.ts";
import { listChildren } from "../children-of-workflow.ts";
import type { CommandDefinition } from "../command.ts";
import { costOf, formatCost, sumCosts } from "../costs.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { oneObjectNamed } from "../kind-name.ts";
import { nextSteps } from "../next-steps.ts";
import { nodeTreeLines } from "../node-tree.ts";
import { notFound } from "../not-found.ts";
import { containersOf, newestPodsOf, statusOf } from "../pods-of.ts";
import { ageOf, formatAsYaml } from "../print-objects.ts";
import { listRuns, type Run } from "../runs-of-workflow.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";
import { colourOfPhase, paintFor, type Paint, printable, tableLines } from "../style.ts";
import type { ContainerState, Pod } from "../../resources/pod.ts";

export const DESCRIBE: CommandDefinition = {
  name: "describe",
  summary: "Show one object with all that belongs to it",
  description:
    "Shows conditions, events and what to do next; of a workflow also the tree of its steps, its runs and their costs; of " +
    "a run its containers and its cost.",
  arguments: [
    { name: "KIND", description: "kind, or KIND/NAME", required: true, completes: "kinds" },
    { name: "NAME", description: "name of the object", completes: "names" },
  ],
  options: [NAMESPACE_OPTION, ...SERVER_OPTIONS],
  examples: [
    { command: "runyard describe wf task-1-12-99", explanation: "where a task stands, and what it cost" },
    { command: "runyard describe coderun/task-1-12-99-tests", explanation: "why a stage failed" },
  ],
  run: async (input, dependencies) => {
    const { kind, name } = oneObjectNamed(input.arguments);
    return await withServer(input, dependencies, async ({ store }, namespace) => {
      const key = { namespace: kind.namespaced ? namespace : "", name };
      const object = await store.get(kind, key);
      if (object === undefined) throw await notFound(store, kind, key);
      const { out, clock, environment } = dependencies;
      const view: View = { now: clock.now(), paint: paintFor(out, environment) };
      const sections = [
        identityOf(kind, object, view),
        await partsOf(kind, object, { store, view }),
        conditionsOf(object, view),
        await eventsOf(object, { store, view }),
        section("Next", nextSteps(kind, object), view),
      ];
      out.write(`${sections.flat().join("\n")}\n`);
      return EXIT_CODES.ok;
    });
  },
};

interface View {
  readonly now: number;
  readonly paint: Paint;
}

interface Reading {
  readonly store: ResourceReader;
  readonly view: View;
}

function section(title: string, lines: readonly string[], { paint }: View): readonly string[] {
  return lines.length === 0 ? [] : [paint("bold", `${title}:`), ...lines.map((line) => `  ${line}`)];
}

const WIDTH = 13;

function fields(entries: readonly (readonly [string, string | undefined])[]): readonly string[] {
  return entries
    .filter((entry): entry is readonly [string, string] => entry[1] !== undefined && entry[1] !== "")
    .map(([name, value]) => `${`${name}:`.padEnd(WIDTH)} ${printable(value)}`);
}

function identityOf(kind: Kind, object: KubernetesObject, { now, paint }: View): readonly string[] {
  const { metadata } = object;
  const { status } = object as { readonly status?: { readonly phase?: string; readonly message?: string } };
  const created = metadata.creationTimestamp;
  const owner = metadata.ownerReferences?.[0];
  const phase = status?.phase;
  return [
    ...fields([
      ["Name", metadata.name],
      ["Kind", `${kind.kind} (${object.apiVersion})`],
      ["Namespace", metadata.namespace],
      ["Created", created === undefined ? undefined : `${created} (${ageOf(created, now)} ago)`],
      ["Deleted", metadata.deletionTimestamp],
      ["Owner", owner === undefined ? undefined : `${owner.kind}/${owner.name}`],
      ["Labels", pairs(metadata.labels)],
    ]),
    ...(phase === undefined || phase === ""
      ? []
      : [`${"Status:".padEnd(WIDTH)} ${paint(colourOfPhase(phase), printable(phase))}`]),
    ...fields([["Message", status?.message]]),
  ];
}

function pairs(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

async function partsOf(kind: Kind, object: KubernetesObject, reading: Reading): Promise<readonly string[]> {
  switch (kind.kind) {
    case "Workflow":
      return await ofWorkflow(object as Workflow, reading);
    case "CodeRun":
    case "DocsRun":
      return await ofRun(object as Run, reading);
    case "Pod":
      return section("Containers", containerLines(object as Pod, reading.view), reading.view);
    case "Secret":
      // Its keys only: a description is pasted into tickets.
      return section("Keys", Object.keys((object as { readonly data?: object }).data ?? {}), reading.view);
    default:
      return bodyOf(object, reading.view);
  }
}

async function ofWorkflow(workflow: Workflow, { store, view }: Reading): Promise<readonly string[]> {
  const { progress, startedAt, finishedAt } = workflow.status ?? {};
  const runs = await listRuns(store, workflow);
  const costs = await Promise.all(runs.map(async (run) => await costOf(store, run)));
  const known = costs.filter((cost) => cost !== undefined);
  const parameters = workflow.spec.arguments?.parameters ?? [];
  const rows = runs.map((run, index) => {
    const cost = costs[index];
    const { phase = "", pullRequestUrl = "" } = run.status ?? {};
    return [
      run.metadata.labels?.[LABELS.stage] ?? "",
      run.metadata.name,
      phase,
      cost === undefined ? "" : formatCost(cost),
      pullRequestUrl,
    ];
  });
  const table = { header: ["STAGE", "RUN", "PHASE", "COST", "PULL REQUEST"], rows };
  return [
    ...fields([
      ["Template", workflow.spec.workflowTemplateRef?.name],
      ["Started", startedAt],
      ["Finished", finishedAt],
      ["Progress", progress],
      ["Cost", known.length === 0 ? undefined : formatCost(sumCosts(known))],
    ]),
    ...section(
      "Parameters",
      parameters.map(({ name, value }) => printable(`${name} = ${value ?? ""}`)),
      view,
    ),
    ...section("Steps", nodeTreeLines(workflow, view), view),
    ...section("Workflows", await childLines(workflow, { store, view }), view),
    ...section("Runs", rows.length === 0 ? [] : tableLines(table, view.paint), view),
  ];
}

async function childLines(workflow: Workflow, { store, view }: Reading): Promise<readonly string[]> {
  const children = await listChildren(store, workflow);
  const rows = children.map(({ metadata, status }) => [metadata.name, status?.phase ?? "", status?.message ?? ""]);
  return rows.length === 0 ? [] : tableLines({ header: ["WORKFLOW", "PHASE", "MESSAGE"], rows }, view.paint);
}

async function ofRun(run: Run, { store, view }: Reading): Promise<readonly string[]> {
  const cost = await costOf(store, run);
  const pods = await newestPodsOf(store, run);
  const { pullRequestUrl, jobName, retryCount, sessionId } = run.status ?? {};
  return [
    ...fields([
      ["Pull request", pullRequestUrl],
      ["Job", jobName],
      ["Retries", retryCount === undefined || retryCount === 0 ? undefined : String(retryCount)],
      ["Session", sessionId],
      ["Cost", cost === undefined ? undefined : formatCost(cost)],
    ]),
    ...section("Spec", yamlLines(run.spec), view),
    ...pods.flatMap((pod) => section(`Pod ${pod.metadata.name}`, containerLines(pod, view), view)),
  ];
}

function containerLines(pod: Pod, { paint }: View): readonly string[] {
  const rows = containersOf(pod).map(({ name }) => containerRow(name, statusOf(pod, name)?.state));
  return tableLines({ header: ["CONTAINER", "STATE", "REASON", "MESSAGE"], rows }, paint);
}

function containerRow(name: string, state: ContainerState | undefined): readonly string[] {
  if (state?.running !== undefined) return [name, "Running", "", `since ${state.running.startedAt}`];
  if (state?.terminated !== undefined) return [name, ...endOf(state.terminated)];
  const { reason = "", message = "" } = state?.waiting ?? {};
  return [name, "Pending", reason, message];
}

const MESSAGE_LENGTH_MAX = 200;

function endOf(end: NonNullable<ContainerState["terminated"]>): readonly string[] {
  const { exitCode, reason = "", message = "" } = end;
  const phase = exitCode === 0 ? "Succeeded" : "Failed";
  return [phase, `exit ${exitCode} ${reason}`.trim(), message.slice(0, MESSAGE_LENGTH_MAX)];
}

function bodyOf(object: KubernetesObject, view: View): readonly string[] {
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    metadata: _metadata,
    status,
    ...body
  } = object as KubernetesObject & {
    readonly status?: Readonly<Record<string, unknown>>;
  };
  const { conditions: _conditions, ...rest } = status ?? {};
  return [...yamlLines(body), ...section("Status", yamlLines(rest), view)];
}

const YAML_LINES_MAX = 400;

function yamlLines(value: object): readonly string[] {
  if (Object.keys(value).length === 0) return [];
  const lines = formatAsYaml(value).trimEnd().split("\n");
  if (lines.length <= YAML_LINES_MAX) return lines.map(withoutControls);
  return [...lines.slice(0, YAML_LINES_MAX).map(withoutControls), "… (all of it: runyard get -o yaml)"];
}

function withoutControls(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, "?");
}

function conditionsOf(object: KubernetesObject, view: View): readonly string[] {
  const { status } = object as { readonly status?: { readonly conditions?: readonly Partial<Condition>[] } };
  const rows = (status?.conditions ?? []).map(
    ({ type = "", status: is = "", reason = "", message = "", lastTransitionTime }) => [
      type,
      is,
      reason,
      ageOf(lastTransitionTime, view.now),
      message,
    ],
  );
  if (rows.length === 0) return [];
  return section(
    "Conditions",
    tableLines({ header: ["TYPE", "STATUS", "REASON", "SINCE", "MESSAGE"], rows }, view.paint),
    view,
  );
}

const EVENTS_MAX = 50;

async function eventsOf({ kind, metadata }: KubernetesObject, { store, view }: Reading): Promise<readonly string[]> {
  const { namespace, uid } = metadata;
  if (namespace === undefined) return [];
  const events = (await store.list(EVENT, { namespace })).items.filter(
    ({ involvedObject: about }) =>
      about.kind === kind && about.name === metadata.name && (about.uid === undefined || about.uid === uid),
  );
  const rows = events
    .toSorted((a, b) => seenAt(a).localeCompare(seenAt(b)))
    .slice(-EVENTS_MAX)
    .map((event) => [ageOf(seenAt(event), view.now), event.type, event.reason, event.message]);
  if (rows.length === 0) return [];
  return section("Events", tableLines({ header: ["AGE", "TYPE", "REASON", "MESSAGE"], rows }, view.paint), view);
}

function seenAt({ lastTimestamp, firstTimestamp, metadata }: Event): string {
  return lastTimestamp ?? firstTimestamp ?? metadata.creationTimestamp ?? "";
}
