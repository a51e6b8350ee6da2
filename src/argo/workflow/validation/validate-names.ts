// Names of templates, steps, tasks and parameters.
import { StepError } from "../step-error.ts";
import { holdsPlaceholder } from "./validation-context.ts";

const NAME_LENGTH_MAX = 128;
const namePattern = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;
const parameterPattern = /^[-a-zA-Z0-9_]+$/;

export const PARAMETER_NAME_RULE =
  "Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' e.g. my_param_1, MY-PARAM-1";
const nameRule =
  "name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric character (e.g. My-name1-2, 123-NAME)";

/** Present, well-formed and unique. `where` is the list, such as `spec.templates`. */
export function validateNames(
  items: readonly { readonly name?: string }[],
  kind: "parameter" | "field",
  where: string,
): void {
  const seen = new Set<string>();
  for (const [index, { name = "" }] of items.entries()) {
    if (name === "") throw new StepError(`${where}[${index}].name is required`);
    const problem = kind === "parameter" ? parameterNameProblem(name) : fieldNameProblem(name);
    if (problem !== undefined) throw new StepError(`${where}[${index}].name: '${name}' is invalid: ${problem}`);
    if (seen.has(name)) throw new StepError(`${where}[${index}].name '${name}' is not unique`);
    seen.add(name);
  }
}

export function parameterNameProblem(name: string): string | undefined {
  return parameterPattern.test(name) ? undefined : PARAMETER_NAME_RULE;
}

/** What is wrong with the name of a template, step or task. Parts that only a run knows are taken as right. */
export function fieldNameProblem(name: string): string | undefined {
  const known = holdsPlaceholder(name) ? name.replaceAll(/__argo__internal__placeholder-\d+/g, "x") : name;
  const problems = [
    ...(known.length > NAME_LENGTH_MAX ? [`must be no more than ${NAME_LENGTH_MAX} characters`] : []),
    ...(namePattern.test(known) ? [] : [nameRule]),
  ];
  return problems.length === 0 ? undefined : problems.join(";");
}
