// `runyard stop`: ends a workflow in good order; its exit handler still runs.
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import { kubernetesTime } from "../../resources/object-meta.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import type { ShutdownStrategy, Workflow } from "../../resources/workflow.ts";
import { changeObject } from "../change-object.ts";
import { CliError } from "../cli-error.ts";
import { type CommandDefinition, hasOption } from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";
import { workflowNamed } from "../workflow-name.ts";

export const STOP: CommandDefinition = {
  name: "stop",
  summary: "Stop a running workflow",
  description:
    "Stops what runs and starts nothing new; the exit handler still runs, so that the pull request says what happened.",
  arguments: [{ name: "WORKFLOW", description: "name of the workflow", required: true, completes: "workflows" }],
  options: [
    { flags: "--terminate", description: "stop at once, without the exit handler" },
    NAMESPACE_OPTION,
    ...SERVER_OPTIONS,
  ],
  examples: [{ command: "runyard stop task-1-12-99", explanation: "stops the work on a task" }],
  run: async (input, dependencies) =>
    await withServer(input, dependencies, async ({ store }, namespace) => {
      const name = workflowNamed(input.arguments[0] ?? "");
      const shutdown = hasOption(input, "terminate") ? "Terminate" : "Stop";
      const askedAt = kubernetesTime(dependencies.clock.now());
      await changeObject(store, WORKFLOW, { namespace, name }, (workflow) => withShutdown(workflow, shutdown));
      dependencies.out.write(`workflow ${name} is being stopped (${shutdown}, asked for at ${askedAt})\n`);
      dependencies.out.write(`Follow it with: runyard get workflow ${name} -n ${namespace} -w\n`);
      return EXIT_CODES.ok;
    }),
};

function withShutdown(workflow: Workflow, shutdown: ShutdownStrategy): Workflow {
  const { phase } = workflow.status ?? {};
  if (isEnded(phase)) {
    throw new CliError({
      exitCode: EXIT_CODES.refused,
      happened: `workflow ${workflow.metadata.name} has ended already (${phase})`,
      means: "there is nothing left to stop",
      toDo: `look at it with \`runyard describe workflow ${workflow.metadata.name}\``,
    });
  }
  // Terminate is not taken back by Stop.
  if (workflow.spec.shutdown === shutdown || workflow.spec.shutdown === "Terminate") return workflow;
  return { ...workflow, spec: { ...workflow.spec, shutdown } };
}
