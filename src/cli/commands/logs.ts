// `runyard logs`: what a pod, a run or a whole workflow printed, and with -f what it prints from now on.
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN } from "../../resources/code-run.ts";
import { DOCS_RUN } from "../../resources/docs-run.ts";
import type { Kind } from "../../resources/kind.ts";
import { keyOf, type ObjectKey } from "../../resources/object-meta.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { type Pod, POD } from "../../resources/pod.ts";
import type { Workflow } from "../../resources/workflow.ts";
import { parseGoDuration } from "../../languages/duration.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { LABELS } from "../../resources/run-identity.ts";
import { listChildren } from "../children-of-workflow.ts";
import { CliError, usageError } from "../cli-error.ts";
import {
  type CliDependencies,
  type CommandDefinition,
  type CommandInput,
  hasOption,
  type Server,
  textOption,
} from "../command.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { oneObjectNamed } from "../kind-name.ts";
import { notFound } from "../not-found.ts";
import { containersOf, newestPodsOf, stepPodsOf, titleOf } from "../pods-of.ts";
import { type LogPrinting, printPodLog } from "../print-log.ts";
import { listRuns, type Run } from "../runs-of-workflow.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";

/** How often a followed run or workflow is looked at for new pods. */
const POLL_MS = 1000;

export const LOGS: CommandDefinition = {
  name: "logs",
  summary: "Print the logs of a pod, a run or a workflow",
  description:
    "NAME is a pod, a CodeRun, a DocsRun or a workflow, looked for in this order; KIND/NAME says which. Of a run, all " +
    "containers of the newest attempt are printed; of a workflow, its own steps, its runs and the workflows that it made.",
  arguments: [{ name: "NAME", description: "name, or KIND/NAME", required: true, completes: "workflows" }],
  options: [
    { flags: "-f, --follow", description: "go on until it ends, or until Ctrl-C" },
    { flags: "-c, --container <name>", description: "only this container" },
    { flags: "--tail <lines>", description: "only so many lines from the end of each container" },
    { flags: "--since <duration>", description: "only what was printed in the last 30s, 5m, 2h …" },
    { flags: "--timestamps", description: "each line begins with its time" },
    NAMESPACE_OPTION,
    ...SERVER_OPTIONS,
  ],
  examples: [
    { command: "runyard logs -f task-1-12-99", explanation: "everything that a task prints, as it happens" },
    { command: "runyard logs coderun/task-1-12-99-author -c agent", explanation: "what the coding agent said" },
  ],
  run: async (input, dependencies) => {
    const read = readOptions(input);
    return await withServer(input, dependencies, async (server, namespace) => {
      const target = await findTarget(input.arguments[0] ?? "", server, namespace);
      const follow = hasOption(input, "follow");
      const container = textOption(input, "container");
      return await printTarget(
        target,
        {
          server,
          clock: dependencies.clock,
          out: dependencies.out,
          signal: follow ? dependencies.interruption() : new AbortController().signal,
          follow,
          ...(container !== undefined && { container }),
          read,
        },
        dependencies,
      );
    });
  },
};

type Target =
  | { readonly kind: "pod"; readonly pod: Pod }
  | { readonly kind: "run"; readonly run: Run }
  | { readonly kind: "workflow"; readonly workflow: Workflow };

async function findTarget(word: string, { store }: Server, namespace: string): Promise<Target> {
  const named = word.includes("/") ? oneObjectNamed([word]) : undefined;
  const key: ObjectKey = { namespace, name: named?.name ?? word };
  const isWanted = (kind: { readonly kind: string }): boolean => named === undefined || named.kind.kind === kind.kind;
  const pod = isWanted(POD) ? await store.get(POD, key) : undefined;
  if (pod !== undefined) return { kind: "pod", pod };
  for (const kind of [CODE_RUN, DOCS_RUN] as readonly Kind[]) {
    const run = isWanted(kind) ? await store.get(kind, key) : undefined;
    if (run !== undefined) return { kind: "run", run: run as Run };
  }
  const workflow = isWanted(WORKFLOW) ? await store.get(WORKFLOW, key) : undefined;
  if (workflow !== undefined) return { kind: "workflow", workflow };
  throw await noTarget(store, named, key);
}

async function noTarget(
  store: ResourceReader,
  named: ReturnType<typeof oneObjectNamed> | undefined,
  key: ObjectKey,
): Promise<CliError> {
  if (named === undefined) {
    return new CliError({
      exitCode: EXIT_CODES.notFound,
      happened: `no pod, run or workflow is named "${key.name}" in namespace ${key.namespace}`,
      means: "the name or the namespace is wrong, or it was removed",
      toDo: "look at what there is with `runyard get workflows,coderuns,pods`; choose the namespace with -n",
    });
  }
  const kinds = ["Pod", "CodeRun", "DocsRun", "Workflow"];
  if (kinds.includes(named.kind.kind)) return await notFound(store, named.kind, key);
  return usageError(`a ${named.kind.singular} prints nothing`, "name a pod, a CodeRun, a DocsRun or a workflow");
}

async function printTarget(target: Target, printing: LogPrinting, dependencies: CliDependencies): Promise<ExitCode> {
  const sayNothing = (what: string): void => dependencies.err.write(`Nothing of ${what} has begun yet.\n`);
  switch (target.kind) {
    case "pod": {
      checkContainer(target.pod, printing.container);
      if ((await printPod(target.pod, printing)) === 0) sayNothing(`pod ${target.pod.metadata.name}`);
      return EXIT_CODES.ok;
    }
    case "run": {
      const { kind, metadata } = target.run;
      if ((await printRun(target.run, printing)) === 0) sayNothing(`${kind} ${metadata.name}`);
      return EXIT_CODES.ok;
    }
    case "workflow": {
      const begun = await printWorkflow(target.workflow, printing);
      if (begun === 0) sayNothing(`workflow ${target.workflow.metadata.name}`);
      return EXIT_CODES.ok;
    }
  }
}

function checkContainer(pod: Pod, container: string | undefined): void {
  const names = containersOf(pod).map(({ name }) => name);
  if (container === undefined || names.includes(container)) return;
  throw new CliError({
    exitCode: EXIT_CODES.notFound,
    happened: `pod ${pod.metadata.name} has no container "${container}"`,
    means: "the name of the container is wrong",
    toDo: `choose one of ${names.join(", ")}`,
  });
}

async function printPod(pod: Pod, printing: LogPrinting): Promise<number> {
  const isOne = printing.container !== undefined || containersOf(pod).length === 1;
  return await printPodLog(pod, printing, (container) => (isOne ? "" : `[${container}] `));
}

/** The newest attempt; when it is followed, also each attempt that comes after it. */
async function printRun(run: Run, printing: LogPrinting): Promise<number> {
  const { server, clock, signal, follow } = printing;
  const kind = (run.kind === "CodeRun" ? CODE_RUN : DOCS_RUN) as unknown as Kind<Run>;
  const printed = new Set<string>();
  let begun = 0;
  for (let current: Run | undefined = run; current !== undefined && !signal.aborted;) {
    const pods: readonly Pod[] = await newestPodsOf(server.store, current);
    const fresh = pods.filter((pod) => !printed.has(pod.metadata.uid ?? ""));
    for (const pod of fresh) {
      printed.add(pod.metadata.uid ?? "");
      begun += await printPod(pod, printing);
    }
    if (!follow || hasFinished(current)) return begun;
    if (fresh.length === 0) await clock.sleep(POLL_MS, signal).catch(() => undefined);
    current = signal.aborted ? undefined : await server.store.get(kind, keyOf(run));
  }
  return begun;
}

/** Everything of a workflow; followed pods are printed at the same time, line by line. */
async function printWorkflow(workflow: Workflow, printing: LogPrinting): Promise<number> {
  const { server, clock, signal, follow } = printing;
  const followed = new Map<string, Promise<number>>();
  let begun = 0;
  for (let current: Workflow | undefined = workflow; current !== undefined;) {
    for (const { pod, title } of await podsOf(current, server)) {
      const id = pod.metadata.uid ?? "";
      if (followed.has(id)) continue;
      const printed = printPodLog(pod, printing, prefixIn(pod, title));
      followed.set(id, printed);
      if (!follow) begun += await printed;
      // A failure is thrown below, when all are awaited; until then it must not count as unhandled.
      else printed.catch(() => undefined);
    }
    const isOver: boolean = !follow || signal.aborted || hasFinished(current);
    if (!isOver) await clock.sleep(POLL_MS, signal).catch(() => undefined);
    current = isOver || signal.aborted ? undefined : await server.store.get(WORKFLOW, keyOf(workflow));
  }
  if (!follow) return begun;
  return (await Promise.all(followed.values())).reduce((sum, count) => sum + count, 0);
}

interface TitledPod {
  readonly pod: Pod;
  readonly title: string;
}

async function podsOf(workflow: Workflow, { store }: Pick<Server, "store">): Promise<readonly TitledPod[]> {
  const steps = (await stepPodsOf(store, workflow)).map((pod) => ({ pod, title: titleOf(pod) }));
  const runs = await listRuns(store, workflow);
  const ofRuns = await Promise.all(
    runs.map(async (run) => {
      const title = run.metadata.labels?.[LABELS.stage] ?? run.metadata.name;
      return (await newestPodsOf(store, run)).map((pod) => ({ pod, title }));
    }),
  );
  const children = await listChildren(store, workflow);
  const ofChildren = await Promise.all(
    children.map(async (child) =>
      (await podsOf(child, { store })).map(({ pod, title }) => ({ pod, title: `${child.metadata.name}/${title}` })),
    ),
  );
  const createdAt = ({ pod }: TitledPod): string => pod.metadata.creationTimestamp ?? "";
  return [...steps, ...ofRuns.flat(), ...ofChildren.flat()].toSorted((a, b) =>
    createdAt(a).localeCompare(createdAt(b)),
  );
}

function prefixIn(pod: Pod, title: string): (container: string) => string {
  const isOne = containersOf(pod).length === 1;
  return (container) => (isOne ? `[${title}] ` : `[${title}/${container}] `);
}

function hasFinished({ status }: Run | Workflow): boolean {
  return isEnded(status?.phase);
}

function readOptions(input: CommandInput): LogPrinting["read"] {
  const tail = textOption(input, "tail");
  const since = textOption(input, "since");
  if (tail !== undefined && !/^\d{1,9}$/.test(tail)) {
    throw usageError(`--tail: "${tail}" is no number of lines`, "give a whole number, for example --tail 100");
  }
  return {
    ...(tail !== undefined && { tailLines: Number(tail) }),
    ...(since !== undefined && { sinceSeconds: parseSince(since) }),
    ...(hasOption(input, "timestamps") && { timestamps: true }),
  };
}

function parseSince(text: string): number {
  const seconds = Math.ceil((parseDuration(text) ?? 0) / 1000);
  if (seconds > 0) return seconds;
  throw usageError(`--since: "${text}" is no duration`, "write it with a unit, for example 30s, 5m or 1h30m");
}

function parseDuration(text: string): number | undefined {
  try {
    return parseGoDuration(text);
  } catch (error) {
    if (error instanceof LanguageError) return undefined;
    throw error;
  }
}
