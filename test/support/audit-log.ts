// What the audit log of a cluster's API server tells of Runyard's programs. Only a cluster whose log is a file here has one.
import { open, stat } from "node:fs/promises";

interface AuditEvent {
  readonly verb: string;
  readonly stage: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly requestReceivedTimestamp: string;
  readonly responseStatus?: { readonly code?: number };
}

export interface AuditFigures {
  /** Requests of one CodeRun or DocsRun, without watches, first lists and the Lease of the leader. */
  readonly controllerCallsPerRun: number;
  readonly gatewayCallsPerRun: number;
  /** From the run's creation by its workflow to its first Job, in milliseconds. */
  readonly runToJobMs: Percentiles;
  /** From the workflow's creation by its Sensor to its first Job, in milliseconds; the admission is in between. */
  readonly eventToJobMs: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** Where the log ends now. */
export async function auditLogEnd(path: string): Promise<number> {
  return (await stat(path)).size;
}

export async function readAuditFigures(path: string, from: number, namespace: string): Promise<AuditFigures> {
  const events = (await readEvents(path, from)).filter(({ stage }) => stage === "ResponseComplete");
  const by = (account: string, place = namespace) =>
    events.filter(({ user }) => user.username === `system:serviceaccount:${place}:${account}`);
  const controller = by("runyard-controller", `${namespace}-system`).filter((event) => isWork(event));
  const gateway = by("runyard-gateway", `${namespace}-system`).filter((event) => isWork(event));
  const created = (from_: readonly AuditEvent[], ...resources: readonly string[]) =>
    from_.filter(
      ({ verb, objectRef, responseStatus }) =>
        verb === "create" &&
        objectRef?.subresource === undefined &&
        responseStatus?.code === 201 &&
        resources.includes(objectRef?.resource ?? ""),
    );
  const runs = created(by("runyard-workflow"), "coderuns", "docsruns");
  const jobs = created(controller, "jobs");
  const workflows = created(by("runyard-sensor"), "workflows");
  // The name of a Job is made of its run's, cut where that is too long; its time tells the rest.
  const runToJobMs = runs.map((run) => nextAfter(run, jobs)).filter((ms) => ms !== undefined);
  const eventToJobMs = workflows.map((workflow) => nextAfter(workflow, jobs)).filter((ms) => ms !== undefined);
  return {
    controllerCallsPerRun: round(controller.length / runs.length),
    gatewayCallsPerRun: round(gateway.length / runs.length),
    runToJobMs: percentiles(runToJobMs),
    eventToJobMs: percentiles(eventToJobMs),
  };
}

async function readEvents(path: string, from: number): Promise<readonly AuditEvent[]> {
  const file = await open(path);
  try {
    const events: AuditEvent[] = [];
    for await (const line of file.readLines({ start: from, encoding: "utf8" })) {
      if (line.includes("runyard") && line.endsWith("}")) events.push(JSON.parse(line) as AuditEvent);
    }
    return events;
  } finally {
    await file.close();
  }
}

function isWork({ verb, objectRef }: AuditEvent): boolean {
  if (verb === "watch" || (verb === "list" && objectRef?.resource !== "pods")) return false;
  return !(objectRef?.resource === "leases" && objectRef.name === "runyard-controller");
}

function nextAfter(event: AuditEvent, others: readonly AuditEvent[]): number | undefined {
  const begin = Date.parse(event.requestReceivedTimestamp);
  const times = others.map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp) - begin);
  const later = times.filter((ms) => ms >= 0);
  return later.length === 0 ? undefined : Math.min(...later);
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
