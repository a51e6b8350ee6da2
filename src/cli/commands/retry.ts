// `runyard retry`: lets a failed workflow go on from where it failed, under its own name.
import { retryWorkflow, type RetryDecision } from "../../argo/workflow/retry-workflow.ts";
import type { Clock } from "../../platform/clock.ts";
import { hasCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN } from "../../resources/code-run.ts";
import { DOCS_RUN } from "../../resources/docs-run.ts";
import type { Kind } from "../../resources/kind.ts";
import { keyOf, kubernetesTime, type ObjectKey } from "../../resources/object-meta.ts";
import { POD } from "../../resources/pod.ts";
import type { NodeStatus, Workflow } from "../../resources/workflow.ts";
import { listChildren } from "../children-of-workflow.ts";
import { CliError, usageError } from "../cli-error.ts";
import { type CommandDefinition, type CommandInput, hasOption, textOption } from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { notFound } from "../not-found.ts";
import { listRuns } from "../runs-of-workflow.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";
import { workflowNamed } from "../workflow-name.ts";

/** Owned pods of a deleted run may take their time to end. */
const GONE_TIMEOUT_MS = 60_000;
const GONE_POLL_MS = 250;

export const RETRY: CommandDefinition = {
  name: "retry",
  summary: "Let a failed workflow go on",
  description:
    "Runs the failed steps of a workflow again, and what came after them; what succeeded stays. The failed CodeRuns, " +
    "DocsRuns and workflows that it made are deleted, so that the steps make new ones. A workflow whose pull request was taken over " +
    "by newer work is stopped again by the gateway.",
  arguments: [{ name: "WORKFLOW", description: "name of the workflow", required: true, completes: "workflows" }],
  options: [
    {
      flags: "--restart-successful",
      description: "also run steps again that succeeded: those of --node-field-selector",
    },
    {
      flags: "--node-field-selector <fields>",
      description: "which: displayName, name, id, templateName, phase; =, == and !=, with commas in between",
    },
    NAMESPACE_OPTION,
    ...SERVER_OPTIONS,
  ],
  examples: [
    { command: "runyard retry task-1-12-99", explanation: "goes on from the stage that failed" },
    {
      command: "runyard retry task-1-12-99 --restart-successful --node-field-selector displayName=tests",
      explanation: "runs the tests stage again, and what follows",
    },
  ],
  run: async (input, dependencies) =>
    await withServer(input, dependencies, async ({ store }, namespace) => {
      const { clock, out } = dependencies;
      const key = { namespace, name: workflowNamed(input.arguments[0] ?? "") };
      const workflow = await store.get(WORKFLOW, key);
      if (workflow === undefined) throw await notFound(store, WORKFLOW, key);
      const decision = decide(workflow, input, clock);
      for (const name of decision.pods) await removeAndWait(store, clock, { kind: POD, key: { namespace, name } });
      for (const { kind, key: failed } of await failedObjectsOf(store, workflow)) {
        await removeAndWait(store, clock, { kind, key: failed });
        out.write(`${kind.singular} ${failed.name} deleted: its step makes a new one\n`);
      }
      // The version that was read: whoever wrote meanwhile knows more than this decision.
      await store.update(WORKFLOW, decision.workflow);
      const steps = decision.restarted.length === 0 ? "its exit handler" : decision.restarted.join(", ");
      out.write(`workflow ${key.name} goes on; runs again: ${steps}\n`);
      out.write(`Follow it with: runyard logs -f workflow/${key.name} -n ${namespace}\n`);
      return EXIT_CODES.ok;
    }),
};

function decide(
  workflow: Workflow,
  input: CommandInput,
  clock: Clock,
): Extract<RetryDecision, { readonly kind: "retry" }> {
  const text = textOption(input, "nodeFieldSelector");
  const isRestart = hasOption(input, "restartSuccessful");
  if (isRestart !== (text !== undefined)) {
    throw usageError(
      "--restart-successful and --node-field-selector belong together",
      "give both, as in --restart-successful --node-field-selector displayName=tests",
    );
  }
  const decision = retryWorkflow(workflow, {
    now: kubernetesTime(clock.now()),
    ...(text !== undefined && { alsoRestart: parseNodeSelector(text) }),
  });
  if (decision.kind === "retry") return decision;
  throw new CliError({
    exitCode: EXIT_CODES.refused,
    happened: decision.reason,
    means: "nothing was changed",
    toDo: `see where it stands with \`runyard describe workflow ${workflow.metadata.name}\`; start anew with \`runyard submit\``,
  });
}

const NODE_FIELDS = ["displayName", "name", "id", "templateName", "phase"] as const;

/** As `argo retry --node-field-selector` reads it: every requirement must hold. */
function parseNodeSelector(text: string): (node: NodeStatus) => boolean {
  const requirements = text.split(",").map((part) => {
    const match = /^\s*(\w+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(part);
    const field = NODE_FIELDS.find((known) => known === match?.[1]);
    if (match === null || field === undefined) {
      throw usageError(
        `--node-field-selector: "${part}" is no requirement`,
        `write field=value or field!=value, with one of ${NODE_FIELDS.join(", ")}`,
      );
    }
    return { field, isEqual: match[2] !== "!=", value: match[3] ?? "" };
  });
  return (node) => requirements.every(({ field, isEqual, value }) => ((node[field] ?? "") === value) === isEqual);
}

/** What the failed steps made: runs, and the workflows of several tasks. */
async function failedObjectsOf(
  store: ResourceStore,
  workflow: Workflow,
): Promise<readonly { readonly kind: Kind; readonly key: ObjectKey }[]> {
  const kinds = { CodeRun: CODE_RUN, DocsRun: DOCS_RUN, Workflow: WORKFLOW } as unknown as Readonly<
    Record<string, Kind>
  >;
  const made = [...(await listRuns(store, workflow)), ...(await listChildren(store, workflow))];
  return made.flatMap((object) => {
    const kind = kinds[object.kind];
    const hasFailed = object.status?.phase === "Failed" || object.status?.phase === "Error";
    return kind !== undefined && hasFailed ? [{ kind, key: keyOf(object) }] : [];
  });
}

/** A step would find the old object, not make a new one, as long as it is there. */
async function removeAndWait(
  store: ResourceStore,
  clock: Clock,
  { kind, key }: { readonly kind: Kind; readonly key: ObjectKey },
): Promise<void> {
  const old = await store.get(kind, key);
  if (old === undefined) return;
  try {
    await store.delete(kind, key, { preconditions: { uid: old.metadata.uid ?? "" } });
  } catch (error) {
    if (hasCode(error, "NotFound")) return;
    throw error;
  }
  const deadline = clock.now() + GONE_TIMEOUT_MS;
  while ((await store.get(kind, key))?.metadata.uid === old.metadata.uid) {
    if (clock.now() >= deadline) {
      throw new CliError({
        exitCode: EXIT_CODES.failure,
        happened: `${kind.singular} ${key.name} is still there ${GONE_TIMEOUT_MS / 1000} s after it was deleted`,
        means: "its end is awaited before the workflow may go on; the workflow was not changed",
        toDo: "run the command again when it is gone",
      });
    }
    await clock.sleep(GONE_POLL_MS);
  }
}
