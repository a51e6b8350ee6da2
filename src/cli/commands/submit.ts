// `runyard submit`: starts the work on an issue or a task without an event from GitHub.
import { apiVersionOf } from "../../resources/kind.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { isDnsLabel } from "../../resources/object-name.ts";
import type { Workflow } from "../../resources/workflow.ts";
import { usageError } from "../cli-error.ts";
import { type CommandDefinition, type CommandInput, listOption, textOption } from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";

export const SUBMIT: CommandDefinition = {
  name: "submit",
  summary: "Start the work on an issue or a task",
  description:
    "Makes a Workflow for one issue or task (orchestrator-dag), or one for several (orchestrator-tasks). Who may make " +
    "workflows on the server may submit. Admission looks at everything else as for an event: the repository is served, the " +
    "issue is open, the budget is not spent; with --actor also that this person has write permission on the repository.",
  arguments: [
    { name: "REPOSITORY", description: "OWNER/NAME", required: true },
    { name: "ISSUE", description: "numbers of issues", variadic: true },
  ],
  options: [
    { flags: "--task <number>", description: "task of the docs repository", repeatable: true },
    { flags: "--actor <login>", description: "GitHub login of the person for whom this is done" },
    { flags: "--name <name>", description: "name of the workflow; a second submit with it is refused" },
    NAMESPACE_OPTION,
    ...SERVER_OPTIONS,
  ],
  examples: [
    { command: "runyard submit acme/shop 12", explanation: "work on issue 12" },
    { command: "runyard submit acme/shop 12 13 14", explanation: "three issues, each in its own pull request" },
    { command: "runyard submit acme/shop --task 5", explanation: "task 5 of the docs repository" },
    { command: "runyard submit acme/shop 12 --actor ada", explanation: "only if ada may start work there" },
  ],
  run: async (input, dependencies) => {
    const request = parseRequest(input);
    return await withServer(input, dependencies, async ({ store }, namespace) => {
      const workflow = buildWorkflow(request, { namespace, now: dependencies.clock.now() });
      const created = await store.create(WORKFLOW, workflow);
      const { name } = created.metadata;
      dependencies.out.write(`workflow ${name} created\n`);
      dependencies.out.write(`Follow it with: runyard logs -f workflow/${name} -n ${namespace}\n`);
      return EXIT_CODES.ok;
    });
  },
};

interface Request {
  readonly repository: string;
  readonly issues: readonly string[];
  readonly tasks: readonly string[];
  readonly actor: string;
  readonly name: string | undefined;
}

function parseRequest(input: CommandInput): Request {
  const [repository = "", ...issues] = input.arguments;
  if (!/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/.test(repository)) {
    throw usageError(`"${repository}" is no repository`, "write it as OWNER/NAME, for example acme/shop");
  }
  const tasks = listOption(input, "task");
  checkSubjects(issues, tasks);
  const actor = textOption(input, "actor") ?? "";
  if (actor !== "" && !/^[A-Za-z0-9-]{1,39}$/.test(actor)) {
    throw usageError(`"${actor}" is no GitHub login`, "name a person: --actor LOGIN");
  }
  const name = textOption(input, "name");
  if (name !== undefined && !isDnsLabel(name)) {
    throw usageError(
      `"${name}" cannot be the name of a workflow`,
      "write at most 63 lower case letters, digits and -, with a letter or digit at both ends",
    );
  }
  return { repository, issues, tasks, actor, name };
}

function checkSubjects(issues: readonly string[], tasks: readonly string[]): void {
  for (const number of [...issues, ...tasks]) checkNumber("the number of an issue or task", number);
  if (issues.length + tasks.length === 0) {
    throw usageError("no issue or task is given", "give the number of an issue, or --task NUMBER");
  }
  if (issues.length > 0 && tasks.length > 0 && issues.length + tasks.length > 2) {
    throw usageError("issues and tasks cannot be mixed", "submit them one by one, or only issues, or only tasks");
  }
}

function checkNumber(what: string, text: string): void {
  if (/^[1-9]\d{0,14}$/.test(text)) return;
  throw usageError(`"${text}" is not ${what}`, "write a whole number above 0, without #");
}

/** Of a repository's name in the name of a workflow: what is added must fit too. */
const SLUG_LENGTH_MAX = 30;

function buildWorkflow(
  request: Request,
  { namespace, now }: { readonly namespace: string; readonly now: number },
): Workflow {
  const { issues, tasks, repository, actor } = request;
  const isOne = issues.length <= 1 && tasks.length <= 1;
  // The ids are left to admission, which asks GitHub for them.
  const shared = { "repository-id": "", repository, "owner-id": "", actor };
  const several = issues.length > 0 ? { subject: "number", numbers: issues } : { subject: "task-id", numbers: tasks };
  const parameters = isOne
    ? { intent: "task", ...shared, number: issues[0] ?? "", "task-id": tasks[0] ?? "" }
    : { ...shared, subject: several.subject, tasks: JSON.stringify([...new Set(several.numbers)]) };
  const slug = repository
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_LENGTH_MAX);
  // The second tells two submits of the same issue apart: the second one is meant.
  const suffix = `s${Math.floor(now / 1000).toString(36)}`;
  const name = isOne ? `task-${slug}-${issues[0] ?? `t${tasks[0]}`}-${suffix}` : `tasks-${slug}-${suffix}`;
  return {
    apiVersion: apiVersionOf(WORKFLOW),
    kind: WORKFLOW.kind,
    metadata: { name: request.name ?? name, namespace },
    spec: {
      workflowTemplateRef: { name: isOne ? "orchestrator-dag" : "orchestrator-tasks" },
      arguments: { parameters: Object.entries(parameters).map(([parameter, value]) => ({ name: parameter, value })) },
    },
  };
}
