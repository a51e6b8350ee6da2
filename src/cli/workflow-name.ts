// A workflow as users name it: by its name, or as `wf/NAME`.
import { usageError } from "./cli-error.ts";
import { oneObjectNamed } from "./kind-name.ts";

export function workflowNamed(word: string): string {
  if (!word.includes("/")) return word;
  const { kind, name } = oneObjectNamed([word]);
  if (kind.kind !== "Workflow") throw usageError(`${word} is no workflow`, "name a workflow");
  return name;
}
